/* The timetable's clock, filters and day sheets. Without JavaScript every slot and date is there.
   Instants come from the build with the course's own offsets, so the device's zone never counts. */

const MINUTE = 60_000;
const DAY = 86_400_000;

/* --- Time --------------------------------------------------------------------------------- */

const formats = new Map();
const format = (zone, options) => {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options }));
  return formats.get(key);
};

/** The clock on a wall in a zone: { date: "2026-10-13", time: "10:05" }. */
const wall = (instant, zone) => {
  const parts = format(zone, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(instant);
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
};

/** Milliseconds that a zone is ahead of UTC at an instant. */
const offset = (instant, zone) => {
  const { date, time } = wall(instant, zone);
  return Date.parse(`${date}T${time}Z`) - Math.floor(instant / MINUTE) * MINUTE;
};

/** The instant of a local time in a zone; NaN if no clock there ever shows it. */
const instantOf = (local, zone) => {
  const utc = Date.parse(`${local}Z`);
  const near = utc - (Number.isNaN(utc) ? NaN : offset(utc, zone));
  if (Number.isNaN(near)) return NaN;
  const instant = utc - offset(near, zone);
  if (Number.isNaN(instant)) return NaN;
  const { date, time } = wall(instant, zone);
  return `${date}T${time}` === local ? instant : NaN;
};

/** The moment that is shown: now, or `?now=2026-10-13T10:00` by the course's clock. */
const moment = (zone) => {
  const asked = new URLSearchParams(location.search).get("now");
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(asked ?? "") ? instantOf(asked, zone) : NaN;
  return Number.isNaN(instant) ? Date.now() : instant;
};

const inWords = (date) => {
  const parts = new Intl.DateTimeFormat(document.documentElement.lang || "en", { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" }).formatToParts(Date.parse(date));
  const { weekday, day, month } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${weekday} ${day} ${month}`;
};

const deviceZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** An instant by the device's clock, with the weekday where it is another day there. */
const onDevice = (instant, date) => {
  const here = wall(instant, deviceZone());
  return here.date === date ? here.time : `${format("UTC", { weekday: "short" }).format(Date.parse(here.date))} ${here.time}`;
};

/* --- Slots -------------------------------------------------------------------------------- */

const read = (item) => {
  const [starts, ends] = [...item.querySelectorAll(".slot__time time")];
  return {
    item,
    date: starts.dateTime.slice(0, 10),
    start: starts.textContent,
    end: ends.textContent,
    starts: Date.parse(starts.dateTime),
    ends: Date.parse(ends.dateTime),
    groups: item.dataset.group?.split(" ") ?? [],
    cancelled: item.classList.contains("slot--cancelled"),
  };
};

const element = (name, className, ...content) => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
};

/** Where the device's zone has another clock: say so, and show its times beside the course's. */
const showDeviceTimes = (slots, zone, city) => {
  const away = slots.filter(({ starts }) => offset(starts, zone) !== offset(starts, deviceZone()));
  for (const note of document.querySelectorAll("[data-device]")) {
    note.hidden = !away.length;
    note.textContent = `Your device is in another time zone (${deviceZone()}): its times stand after those of ${city}.`;
  }
  for (const { item, starts, ends, date } of away) {
    const yours = element("p", "time__yours", `${onDevice(starts, date)}–${onDevice(ends, date)} your time`);
    item.querySelector(".slot__chips").after(yours);
  }
};

/* --- My group ----------------------------------------------------------------------------- */

const MINE = "handbook.group";
const stored = {
  read() {
    try { return localStorage.getItem(MINE); } catch { return null; }
  },
  write(group) {
    try {
      if (group) localStorage.setItem(MINE, group);
      else localStorage.removeItem(MINE);
    } catch { /* a browser that keeps nothing: the choice holds for this page */ }
  },
};

/* --- Now and next ------------------------------------------------------------------------- */

/** What goes on at an instant: on now, the next that begin together, and the rest of that day. */
const split = (slots, instant, today) => {
  const real = slots.filter(({ cancelled }) => !cancelled);
  const coming = real.filter(({ starts }) => starts > instant);
  const first = Math.min(...coming.map(({ starts }) => starts));
  return {
    now: real.filter(({ starts, ends }) => starts <= instant && instant < ends),
    next: coming.filter(({ starts }) => starts === first),
    later: coming.filter(({ starts, date }) => starts !== first && date === today),
  };
};

const phaseOf = ({ starts, ends, phase }, today) => {
  if (!starts) return phase;
  if (today < starts) return "before";
  return today > ends ? "after" : "during";
};

const entry = (kind, when, slots) => {
  const list = slots.map(({ item, end }) => {
    const shown = element("div", "board__slot", item.querySelector(".slot__title").cloneNode(true));
    if (kind === "now") shown.append(element("p", "board__until", `until ${end}`));
    shown.append(...[...item.querySelectorAll(".slot__chips, .slot__where, .time__yours")].map((part) => part.cloneNode(true)));
    return shown;
  });
  return element("li", `board__entry board__entry--${kind}`, element("p", "board__when", ...when), element("div", "board__what", ...list));
};

const showBoard = (board, slots) => {
  const { zone, city } = board.dataset;
  const instant = moment(zone);
  const { date: today, time } = wall(instant, zone);
  const phase = phaseOf(board.dataset, today);
  const days = board.dataset.starts ? (Date.parse(board.dataset.starts) - Date.parse(today)) / DAY : NaN;
  const find = (name) => board.querySelector(`[data-board-${name}]`);
  find("phase").textContent = board.dataset[phase];
  find("count").textContent = phase !== "before" || Number.isNaN(days) ? "" : days === 1 ? ", starts tomorrow" : `, starts in ${days} days`;
  board.classList.toggle("board--during", phase === "during" && slots.length > 0);
  find("live").hidden = phase !== "during" || !slots.length;
  if (find("live").hidden) return;
  const { now, next, later } = split(slots, instant, today);
  find("clock").textContent = `${inWords(today)}, ${time} in ${city}`;
  const entries = [];
  if (now.length) entries.push(entry("now", ["Now"], now));
  if (next.length) {
    const when = next[0].date === today ? [next[0].start] : [inWords(next[0].date), ", ", next[0].start];
    entries.push(entry("next", [element("span", "board__label", "Next"), " ", ...when], next));
  } else entries.push(element("li", "board__entry", "Nothing more is in the timetable."));
  for (const start of new Set(later.map(({ start }) => start))) {
    entries.push(entry("later", [start], later.filter((slot) => slot.start === start)));
  }
  find("list").replaceChildren(...entries);
};

/** On the timetable itself: the word on the cards, and on the day. */
const markNow = (slots, zone) => {
  const instant = moment(zone);
  const { date: today } = wall(instant, zone);
  const { now } = split(slots, instant, today);
  for (const slot of slots) {
    const on = now.includes(slot);
    slot.item.classList.toggle("slot--now", on);
    const word = slot.item.querySelector(".slot__now");
    if (on && !word) slot.item.querySelector(".slot__time").prepend(element("strong", "slot__now", "Now"), " ");
    if (!on) word?.remove();
  }
  for (const day of document.querySelectorAll("[data-day]")) day.classList.toggle("day--today", day.dataset.day === today);
};

/** A place's door sign: today's slots first. */
const showToday = (sign) => {
  const { date } = wall(moment(sign.dataset.zone), sign.dataset.zone);
  const day = document.querySelector(`.programme [data-day="${date}"]`);
  sign.hidden = !day;
  sign.querySelector("ol").replaceChildren(...[...(day?.querySelectorAll(".slot") ?? [])].map((slot) => slot.cloneNode(true)));
};

/* --- Filters ------------------------------------------------------------------------------ */

/** Cards that overlap nothing shown take the whole width of their day. */
const widen = (timetable) => {
  for (const day of timetable.querySelectorAll(".day")) {
    const shown = [...day.querySelectorAll(".slot:not([hidden])")].map(read);
    for (const one of shown) {
      const alone = !shown.some((other) => other !== one && other.starts < one.ends && one.starts < other.ends);
      one.item.classList.toggle("slot--alone", alone);
    }
  }
};

const startFilters = (timetable, form) => {
  const items = [...timetable.querySelectorAll(".slot")];
  const mine = form.querySelector("[data-mine]");
  const names = [...new Set([...form.elements].map(({ name, type }) => (type === "radio" || type === "select-one" ? name : "")))].filter(Boolean);
  const value = (name) => form.elements[name].value;
  const values = (name) => [...(form.elements[name].options ?? form.elements[name])].map((option) => option.value);
  const fits = (item, name) => {
    const own = item.dataset[name]?.split(" ");
    return !value(name) || (own ? own.includes(value(name)) : name === "group");
  };
  const apply = () => {
    for (const item of items) item.hidden = !names.every((name) => fits(item, name));
    const shown = items.filter(({ hidden }) => !hidden).length;
    const chosen = names.filter(value);
    const count = form.querySelector("[data-count]");
    // Nothing is announced before a choice is made.
    if (chosen.length) count.textContent = `${shown} of ${items.length} shown`;
    else if (count.textContent) count.textContent = `All ${items.length} shown`;
    form.querySelector("[data-reset]").hidden = !chosen.length;
    if (mine) {
      mine.hidden = !value("group");
      mine.querySelector("input").checked = stored.read() === value("group");
    }
    widen(timetable);
  };
  const remember = () => {
    const query = new URLSearchParams(location.search);
    for (const name of names) {
      if (value(name)) query.set(name, value(name));
      // 'Everyone' is said aloud where the device would choose otherwise.
      else if (name === "group" && stored.read()) query.set(name, "");
      else query.delete(name);
    }
    history.replaceState(history.state, "", (query.size ? `?${query}` : location.pathname) + location.hash);
  };
  const query = new URLSearchParams(location.search);
  for (const name of names) {
    const wanted = query.get(name) ?? (name === "group" ? stored.read() : null);
    if (wanted && values(name).includes(wanted)) form.elements[name].value = wanted;
  }
  form.addEventListener("change", ({ target }) => {
    if (target.name === "mine") stored.write(target.checked ? value("group") : null);
    remember();
    apply();
  });
  form.addEventListener("reset", () => setTimeout(() => { remember(); apply(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
};

/* --- Day sheets --------------------------------------------------------------------------- */

const startSheets = (timetable) => {
  const asked = new URLSearchParams(location.search).get("day");
  const day = [...timetable.querySelectorAll("[data-day]")].find((one) => one.dataset.day === asked);
  const bar = timetable.querySelector("[data-day-bar]");
  timetable.classList.toggle("timetable--day", Boolean(day));
  bar.hidden = !day;
  if (day) {
    day.classList.add("day--only");
    day.closest("[data-week]").classList.add("week--only");
    bar.querySelector("[data-day-name]").textContent = `Only ${inWords(asked)}.`;
  }
  for (const button of timetable.querySelectorAll("[data-print], [data-print-day]")) {
    button.addEventListener("click", () => print());
  }
  timetable.querySelector("[data-print]").hidden = Boolean(day);
  timetable.querySelector("[data-sheets]").hidden = Boolean(day);
};

/* --- Beginning ----------------------------------------------------------------------------- */

const board = document.querySelector("[data-board]");
const timetable = document.querySelector("[data-timetable]");
const sign = document.querySelector("[data-today]");
const source = timetable ?? board?.querySelector("[data-board-slots]")?.content;
const slots = source ? [...source.querySelectorAll(".slot")].map(read) : [];
let timer;

const tick = () => {
  clearTimeout(timer);
  if (board) showBoard(board, slots);
  if (timetable) markNow(slots, board.dataset.zone);
  if (sign) showToday(sign);
  timer = setTimeout(tick, MINUTE - (Date.now() % MINUTE));
};

if (board) showDeviceTimes(slots, board.dataset.zone, board.dataset.city);
if (timetable) {
  startSheets(timetable);
  const form = timetable.querySelector("[data-choices]");
  if (form) startFilters(timetable, form);
}
if (board || sign) {
  tick();
  /* A page that slept, in another tab or behind 'back', wakes up to the minute. */
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  addEventListener("pageshow", (event) => event.persisted && tick());
}
