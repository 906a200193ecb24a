/* The search itself, without a page: documents in, ranked results out. See hooks/handbook/search.py. */

import MiniSearch from "../vendor/minisearch-7.2.0.min.js";

/* --- Words ------------------------------------------------------------------------------- */

const LONGEST = 200; // characters of a query that are looked at
const MOST = 12; // words of it

/** A word with the signs inside it: CAR-T, 1394/2007, Q5A(R2), Ph.Eur, patient’s. */
const CHUNK = /[\p{L}\p{N}\p{M}]+(?:['’′.\-‐‑–/:(&+·_]+[\p{L}\p{N}\p{M}]+)*/gu;
const INSIDE = /[^\p{L}\p{N}\p{M}]+/u;
const ROMAN = new Map(["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"].map((word, number) => [word, `${number}`]));
const PLAIN = { ø: "o", æ: "ae", œ: "oe", ß: "ss", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };

/** Words of questions and of running text. They are left out of a query that has others. */
const COMMON = new Set(
  ("a about an and any are as at be been between by can could course did difference do does each find for from get give go had has have how " +
    "i if in into is it its long many may me mean means much must my need of on one or our shall should so some tell than that the their " +
    "them then there these they this those to us want was we were what when where which who whom whose why will with " +
    "would you your").split(" "),
);

/** Lower case without diacritics: Mårtensson and Martensson are one name. */
const fold = (text) => {
  const lower = text.toLowerCase();
  if (/^[\0-\x7f]*$/.test(lower)) return lower;
  return lower
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[øæœßłđðþı]/g, (sign) => PLAIN[sign]);
};

/** One word as it is compared: British and American spelling, plural and Roman numbers made equal. */
const normal = (word) => {
  let found = fold(word);
  if (found.length > 1 && ROMAN.has(found)) return ROMAN.get(found);
  if (found.length > 4) {
    found = found
      .replace(/[ao]e/g, "e")
      .replace(/is(?=(?:e[ds]?|ers?|ing|ations?)$)/, "iz")
      .replace(/our(?=s?$)/, "or")
      .replace(/tre(?=s?$)/, "ter");
  }
  if (found.length > 4 && found.endsWith("ies")) return `${found.slice(0, -3)}y`;
  return found.length > 3 && /[^siu]s$/.test(found) ? found.slice(0, -1) : found;
};

/** A chunk as the words it can be found by: its parts, and all of it in one. Texts repeat themselves. */
const forms = (chunk) => known.get(chunk) ?? known.set(chunk, formed(chunk)).get(chunk);
const known = new Map();
const formed = (chunk) => {
  const bare = chunk.replace(/['’]s$/i, "");
  const pieces = bare.split(INSIDE).filter(Boolean);
  if (pieces.length < 2) return { parts: [normal(bare)], whole: "" };
  // A chapter such as 2.6.27 is no 2, 6 and 27.
  return { parts: /^\d{1,2}(?:\.\d{1,2})+$/.test(bare) ? [] : pieces.map(normal), whole: normal(pieces.join("")) };
};

const chunks = (text) => Array.from(text.matchAll(CHUNK), ([chunk]) => forms(chunk));

/** Chunks with their places, and with what each is together with the next: car t is also cart. */
const placed = (text) => {
  const found = Array.from(text.matchAll(CHUNK), ({ 0: chunk, index }) => ({ text: chunk, start: index, end: index + chunk.length, ...forms(chunk) }));
  found.forEach((chunk, number) => {
    const next = found[number + 1];
    const beside = next && /^[ \u00a0]$/.test(text.slice(chunk.end, next.start));
    chunk.pair = beside ? normal(`${chunk.text}${next.text}`.replace(/[^\p{L}\p{N}\p{M}]/gu, "")) : "";
  });
  return found;
};

const words = (text) => {
  const found = [];
  for (const { parts, whole } of chunks(text)) {
    found.push(...parts);
    if (whole) found.push(whole);
  }
  return found;
};

/** What a name is compared by as a whole: all its words in one, without an article before it. */
const key = (text) =>
  chunks(text.replace(/^(?:the|an?) /i, ""))
    .map(word)
    .join("");

/** Where words that were found stand in a text: pairs of start and end, the first of them if there are many. */
export const marks = (text, terms) => {
  const found = [];
  for (const { 0: chunk, index } of text.matchAll(CHUNK)) {
    const { parts, whole } = forms(chunk);
    if (terms.has(whole) || parts.some((part) => terms.has(part))) found.push([index, index + chunk.length]);
    if (found.length === MARKS) break;
  }
  if (found.length || text.length > LONGEST_NAME) return found;
  const inTwo = paired.get(text) ?? paired.set(text, pairs(text)).get(text);
  return inTwo.filter(({ pair }) => terms.has(pair)).map(({ start, end }) => [start, end]);
};
const paired = new Map();
const pairs = (text) => {
  const all = placed(text);
  return all.map(({ start, pair }, number) => ({ pair, start, end: all[number + 1]?.end })).filter(({ pair }) => pair);
};
const MARKS = 12;
const LONGEST_NAME = 200; // characters of a text in which two words may be one that was looked for

/* --- Documents --------------------------------------------------------------------------- */

/** How much a kind of record counts, in this order where names are equally right. */
const KINDS = {
  sessions: 1,
  cases: 1,
  frameworks: 1,
  lecturers: 1,
  places: 1,
  glossary: 0.9,
  stages: 0.75,
  outcomes: 0.75,
  clauses: 0.7,
  days: 0.7,
  pages: 0.7,
  guide: 0.2, // for organisers, who are few
  lists: 0.4,
};
const ORDER = Object.keys(KINDS);
const FIELDS = { title: 5, names: 4, aliases: 3.5, headings: 2, summary: 1.5 };
const LATER = { facts: 2.5, text: 1 }; // and what comes with the texts
const PAIR = 20; // what a name in two words counts for a query in one
const PART_OF_TEXT = 0.35; // what a word counts in the text, against one in a name
const ALL = { combineWith: "OR", tokenize: (text) => [text], processTerm: (term) => term };

/** The names a document has of its own: its title, the parts of it, and what else it is called. */
const proper = ({ kind, title, names = [] }) =>
  kind === "clauses"
    ? [title]
    : [title, ...title.split(": "), title.split(", ")[0], ...title.split(/[()]/), title.replace(/ ?\([^()]*\)/g, ""), ...names];

const index = (fields) =>
  new MiniSearch({
    fields,
    tokenize: words,
    processTerm: (term) => term,
    extractField: (document, field) => {
      const value = field === "headings" ? [...(document.headings ?? []), ...said(document)] : document[field];
      return Array.isArray(value) ? value.join("\n") : value;
    },
  });
const said = ({ parts = [] }) => parts.flatMap(({ heading, sought }) => [heading, ...(sought ?? "").split(", ")]);

/* --- Looking ----------------------------------------------------------------------------- */

/** How many letters may be wrong in a word. */
const slips = (term) => (/\d/.test(term) || term.length < 4 ? 0 : term.length < 8 ? 1 : 2);

/** The word with each two neighbouring letters exchanged, the slip that costs two. */
const swapped = (term) =>
  [...term].slice(1).map((_, at) => term.slice(0, at) + term[at + 1] + term[at] + term.slice(at + 2));

const unitsOf = (query) => {
  const all = placed(query.normalize("NFC")).slice(0, MOST);
  const telling = all.filter(({ text }) => !COMMON.has(text.toLowerCase()) || /^\p{Lu}{2,}$/u.test(text));
  const used = telling.length ? telling : all;
  return used.map((chunk) => ({
    ...chunk,
    last: chunk === all.at(-1),
    pair: used.includes(all[all.indexOf(chunk) + 1]) ? chunk.pair : "",
  }));
};

const leaf = ({ parts, whole }) =>
  whole && parts.length
    ? { combineWith: "OR", queries: [whole, { combineWith: "AND", queries: parts }] }
    : whole || parts[0];

/** The whole handbook, searched by its names at once, and by its texts when they are there. */
export class Search {
  #names = index(Object.keys(FIELDS));
  #texts = index(Object.keys(LATER));
  #keys = new Map();
  #pairs = new Map();
  #ready = false;

  /** From search/names.json, where the documents stand by field, with 0 for what one does not have. */
  constructor({ documents, stops, suggestions }) {
    const fields = Object.keys(documents);
    this.documents = documents.kind.map((_, id) => ({
      href: "",
      ...Object.fromEntries(fields.filter((field) => documents[field][id]).map((field) => [field, documents[field][id]])),
      id,
    }));
    this.stops = stops;
    this.suggestions = suggestions.map((href) => this.documents.find((document) => document.href === href)).filter(Boolean);
  }

  /** Index the names, once. It waits until then, so that the suggestions need not. */
  prepare() {
    if (this.#ready) return;
    this.#ready = true;
    this.documents.forEach((document, id) => {
      const { title, names = [], aliases = [] } = document;
      for (const name of proper(document)) this.#named(name, id, 3);
      for (const name of [...aliases, ...said(document)]) {
        this.#named(name, id, 2);
        // 'Where to meet' is what somebody wants who asks: where do we meet?
        this.#named(name.replace(/\p{L}+/gu, (word) => (COMMON.has(word) ? "" : word)), id, 2);
      }
      for (const line of [title, ...names, ...aliases]) this.#paired(line, id);
    });
    this.#names.addAll(this.documents);
  }

  #named(name, id, rank) {
    const found = key(name);
    if (!found) return;
    const ranks = this.#keys.get(found) ?? this.#keys.set(found, new Map()).get(found);
    ranks.set(id, Math.max(rank, ranks.get(id) ?? 0));
  }

  /** Names in two words that somebody may write as one. */
  #paired(line, id) {
    for (const { pair } of placed(line)) {
      if (pair) (this.#pairs.get(pair) ?? this.#pairs.set(pair, new Map()).get(pair)).set(id, { score: PAIR, terms: [pair], titled: true });
    }
  }

  /** Take in the texts, a few at a time, so that typing stays smooth. */
  async read(texts) {
    texts.forEach(([text, ...facts], id) => Object.assign(this.documents[id], { body: text, facts }));
    const documents = texts.map(([text, ...facts], id) => ({ id, text, facts }));
    await this.#texts.addAllAsync(documents, { chunkSize: 15 });
  }

  /**
   * Ranked results; `partial` where no document has all the words, so that these have only some.
   * Each has its document, the terms to mark, and the part of its page that was meant, if one was.
   */
  find(query) {
    this.prepare();
    query = query.slice(0, LONGEST);
    const answer = this.#look(query);
    // A term under another of its names: what uses the usual name comes after what has this one.
    const term = answer.results.find(({ document, rank }) => rank && document.kind === "glossary")?.document;
    const usual = term ? term.title.split(": ").filter((name) => key(name) !== key(query)) : [];
    const known = new Set(answer.results.map(({ document }) => document.id));
    for (const name of usual) {
      const more = this.#look(name);
      if (more.partial) continue;
      const added = more.results.filter(({ document }) => !known.has(document.id));
      for (const { document } of added) known.add(document.id);
      answer.results.push(...added.map((result) => ({ ...result, rank: 0 })));
    }
    return answer;
  }

  #look(query) {
    const units = unitsOf(query);
    const found = new Map();
    units.forEach((unit, number) => {
      for (const [id, hit] of this.#unit(unit)) count(found, id, [number], hit);
      if (!unit.pair) return;
      for (const [id, hit] of this.#ask(this.#names, unit.pair, {})) count(found, id, [number, number + 1], hit);
    });
    const most = Math.max(0, ...Array.from(found.values(), ({ units: met }) => met.size));
    const partial = most < units.length;
    // Of a query that nothing answers, a letter or less than half the words is no answer either.
    if (most < units.length / 2) return { results: [], partial };
    const tells = ({ units: met }) => !partial || [...met].some((number) => word(units[number]).length > 2);
    const enough = most - Math.floor(most / 3); // of a long question a word or two may be missing
    const exact = this.#exact(query, units);
    const results = [...found]
      .filter(([id, hit]) => (hit.units.size >= enough && tells(hit)) || exact.has(id))
      .map(([id, { score, terms, units: met, titled }]) => {
        const document = this.documents[id];
        const whole = units.length === 1 && [...terms].some((term) => this.#keys.get(term)?.has(id));
        const weight = KINDS[document.kind] * (met.size / most) ** 4 * (whole || titled.size === units.length ? 2 : 1);
        return { document, terms, rank: exact.get(id) ?? 0, score: score * weight, part: part(document, terms) };
      });
    results.sort(
      (one, other) =>
        other.rank - one.rank ||
        (one.rank && ORDER.indexOf(one.document.kind) - ORDER.indexOf(other.document.kind)) ||
        other.score - one.score,
    );
    return { results, partial };
  }

  /** Documents with a name that is the query itself, with and without the words of a question. */
  #exact(query, units) {
    const asked = [key(query), units.map(word).join("")];
    return new Map(asked.reverse().flatMap((one) => [...(this.#keys.get(one) ?? [])]));
  }

  /** What one word finds. Slips are allowed for where no name has it as it is. */
  #unit(unit) {
    const term = leaf(unit);
    const plain = word(unit);
    const names = this.#ask(this.#names, term, { prefix: (part) => part.length > 2 });
    const texts = this.#ask(this.#texts, term, { prefix: (part) => part.length > 3 });
    add(names, this.#pairs.get(plain) ?? []);
    if (!names.size) add(names, this.#ask(this.#names, term, unit.last && plain.length < 3 ? { prefix: true } : { fuzzy: slips }));
    if (!names.size && !texts.size && plain.length > 3) {
      const nearly = { combineWith: "OR", queries: [plain, ...swapped(plain)] };
      add(names, this.#ask(this.#names, nearly, { fuzzy: (part) => part === plain && (part.length > 5 ? 2 : slips(part)) }));
      add(texts, this.#ask(this.#texts, nearly, { fuzzy: (part) => part === plain && slips(part) }));
    }
    // A definition says in its text what others say in their summary.
    add(names, texts, (id) => (this.documents[id].summary ? PART_OF_TEXT : 1));
    return names;
  }

  #ask(where, term, options) {
    const weights = { fuzzy: 0.3, prefix: 0.4 };
    const boost = where === this.#names ? FIELDS : LATER;
    return new Map(
      where.search(term, { ...ALL, boost, weights, ...options }).map(({ id, score, terms, queryTerms, match }) => [
        id,
        // MiniSearch multiplies a score by how many of the words were met; here they are one word.
        { score: score / queryTerms.length, terms, titled: Object.values(match).some((fields) => fields.includes("title")) },
      ]),
    );
  }
}

const word = ({ whole, parts }) => whole || parts[0];

/** Put hits for the same word together. */
const add = (all, hits, share = () => 1) => {
  for (const [id, { score, terms, titled }] of hits) {
    const hit = all.get(id) ?? { score: 0, terms: [], titled: false };
    all.set(id, { score: hit.score + score * share(id), terms: [...hit.terms, ...terms], titled: hit.titled || titled });
  }
};

/** Count a hit for the words of a query with these numbers. */
const count = (found, id, numbers, { score, terms, titled }) => {
  const hit = found.get(id) ?? found.set(id, { score: 0, units: new Set(), titled: new Set(), terms: new Set() }).get(id);
  hit.score += score;
  for (const number of numbers) hit.units.add(number);
  for (const number of titled ? numbers : []) hit.titled.add(number);
  for (const term of terms) hit.terms.add(term);
};

/** The part of a page that has more of the words than the page's own title has. */
const part = ({ title, parts = [] }, terms) => {
  const met = (text) => new Set(words(text).filter((word) => terms.has(word))).size;
  let best = { part: undefined, met: met(title) };
  for (const one of parts) {
    const here = met(`${one.heading}\n${one.sought ?? ""}`);
    if (here > best.met) best = { part: one, met: here };
  }
  return best.part;
};

/* --- Loading ----------------------------------------------------------------------------- */

export const HOME = new URL("../../", import.meta.url);

let loading;

/** The search, made once from the answer with the names; `texts` is a promise that the texts are in. */
export const load = (answer) => (loading ??= begin(answer).catch((error) => ((loading = undefined), Promise.reject(error))));

const PAINT = 50; // milliseconds in which the first list comes to be seen, before the work begins

const begin = async (answer) => {
  const names = await json(answer);
  const search = new Search(names);
  const painted = new Promise((done) => setTimeout(done, PAINT));
  // The address of the texts has their digest in it: a copy that a browser kept is the right one.
  const texts = json(fetch(new URL(`search/${names.text}`, HOME)));
  search.texts = painted.then(() => search.prepare()).then(async () => search.read(await texts));
  texts.catch(() => {});
  search.texts.catch(() => {});
  return search;
};

const json = async (asked) => {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
  return answer.json();
};
