// Evaluates queries in the parameters of Launch Library 2's API, in the browser: the counterpart of
// events_archive/query/. The table of parameters comes with the data, and so do the API's messages.
(function () {
  "use strict";
  const parts = self.archiveParts = self.archiveParts || {};
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
  const INTEGER = /^[+-]?\d+$/;
  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const DATE_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-]\d\d)(?::?(\d\d))?)?)?$/;
  const EVENTS = /\/events?(?:\/(upcoming|previous))?(?:\/(\d+)(?:\.json)?)?\/?$/;
  const COMPARE = {
    gt: (value, bound) => value > bound,
    gte: (value, bound) => value >= bound,
    lt: (value, bound) => value < bound,
    lte: (value, bound) => value <= bound,
  };
  // Columns that are only in the data files with texts.
  const TEXT_FIELDS = ["videos", "expeditions", "stations", "launches"];
  const columns = {};
  const lowerCase = {};

  function formatMessage(message, facts) {
    return parts.table.messages[message].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  }

  function fail(message, facts) {
    throw new Error(formatMessage(message, facts || {}));
  }

  // Parsing of values, as in Django REST Framework.

  function split(text) {
    return text.split(",").map(part => part.trim()).filter(Boolean);
  }

  function parseNumber(text) {
    return NUMBER.test(text.trim()) ? Number(text) : fail("number");
  }

  function parseInteger(text) {
    return INTEGER.test(text.trim()) ? Number(text) : fail("value", { value: text });
  }

  function parseUuid(text) {
    return UUID.test(text.toLowerCase()) ? text.toLowerCase() : fail("uuid");
  }

  // POSIX time in seconds. Date alone would take 30 February for 2 March.
  function parseDateTime(text) {
    const [, day, time = "00:00", second = "00", fraction = "0", hours = "+0", minutes = "0"] = DATE_TIME.exec(text.trim()) || [];
    const iso = day + "T" + time + ":" + second;
    const local = Date.parse(iso + "Z") / 1000;
    const seconds = local - hours * 3600 - (hours[0] + minutes) * 60;
    const year = new Date(seconds * 1000).getUTCFullYear();
    const isValid = local && formatUtc(local).startsWith(iso) && day > "0001" && Math.abs(hours) < 24 && minutes < 60 && year > 0 && year < 10000;
    return isValid || local === 0 ? seconds + Number("0." + fraction.slice(0, 6)) : fail("datetime");
  }

  function splitWords(text) {
    return text.replace(/,/g, " ").toLowerCase().split(/\s+/).filter(Boolean);
  }

  const last = values => values[values.length - 1];
  const PARSERS = {
    numbers: values => split(last(values)).map(parseNumber),
    number: values => [parseNumber(last(values))],
    repeated: values => values.map(parseInteger),
    texts: values => last(values).split(","),
    uuids: values => split(last(values)).map(parseUuid),
    text: values => [last(values).trim()],
    repeated_text: values => values,
    datetime: values => [parseDateTime(last(values))],
    words: values => splitWords(last(values)),
  };

  function errorMessage(parameter, values, sentence) {
    const given = values.join("&");
    const value = given.length <= 80 ? given : given.slice(0, 77) + "...";
    return sentence + " " + formatMessage("detail", { name: parameter.name, value, example: parameter.example });
  }

  function conditionsOf(pairs) {
    const conditions = [];
    const errors = {};
    for (const parameter of parts.table.parameters) {
      const values = pairs.filter(pair => pair[0] === parameter.name).map(pair => pair[1]);
      if (!values.length) continue;
      try {
        if (parameter.field) conditions.push({ parameter, values: PARSERS[parameter.kind](values) });
        if (parameter.name === "format" && !["json", "api"].includes(last(values))) fail("format");
      } catch (problem) {
        errors[parameter.name] = [errorMessage(parameter, values, problem.message)];
      }
    }
    return { conditions, errors };
  }

  // The number that a text spells; null if it is none or less than `least`.
  function count(text, least) {
    return INTEGER.test((text || "").trim()) && Number(text) >= least ? Number(text) : null;
  }

  // "nearest" is this archive's own.
  function isOrdering(term) {
    return term === "nearest" || parts.table.orderings.includes(term);
  }

  function notesOn(names, requested) {
    const { parameters, orderings, modes, limits } = parts.table;
    const known = new Set(parameters.map(parameter => parameter.name));
    const notes = [];
    for (const name of new Set(names)) {
      const now = parameters.find(parameter => parameter.former === name);
      if (now) notes.push(formatMessage("former", { name, now: now.name }));
      else if (!known.has(name)) notes.push(formatMessage("unknown", { name }));
    }
    for (const value of split(requested.ordering || "")) {
      if (!isOrdering(value)) notes.push(formatMessage("ordering", { value, choices: orderings.join(", ") }));
    }
    if (requested.mode && !modes.includes(requested.mode)) {
      notes.push(formatMessage("mode", { value: requested.mode, choices: modes.join(", ") }));
    }
    for (const [name, least] of [["limit", 1], ["offset", 0]]) {
      const value = requested[name];
      if (value === undefined) continue;
      if (count(value, least) === null) notes.push(formatMessage("count", { name, value }));
      else if (name === "limit" && Number(value) > limits[1]) notes.push(formatMessage("limit", { value, largest: limits[1] }));
    }
    return notes;
  }

  // Splits a query string, or a URL with or without one, into path and query string.
  function splitUrl(text) {
    const isAddress = text.split("=")[0].includes("://") || text.startsWith("/");
    if (isAddress) text = text.split("#")[0];
    const mark = text.indexOf("?");
    if (mark >= 0 && (isAddress || !text.slice(0, mark).includes("="))) {
      return [text.slice(0, mark), text.slice(mark + 1)];
    }
    return isAddress || !text.includes("=") ? [text, ""] : ["", text];
  }

  function formatUtc(seconds) {
    return new Date(seconds * 1000).toISOString().slice(0, 19) + "Z";
  }

  // The parameters that the path of a URL of the API stands for; null for any other URL.
  function filtersOfPath(path, now) {
    const found = EVENTS.exec(path);
    if (!found) return !path || /(^|\/)explore(\.html)?$/.test(path) ? [] : null;
    if (found[2]) return [["id", found[2]]];
    if (found[1] === "upcoming") return [["date__gte", formatUtc(now - 86400)]];
    if (found[1] === "previous") return [["date__lt", formatUtc(now)], ["ordering", "-date"]];
    return [];
  }

  // Whether a text in a search field is a query: a URL, or parameters with values.
  function isQuery(text) {
    return /^(https?|file):|^\/\S*\/events?\b|(^|[?&])\w+=\S/.test(text.trim());
  }

  // Parses a query string or URL. `words` is a search in plain words; `errors` has the messages of the API for invalid parameters.
  function parse(text, now) {
    const { parameters, modes, limits } = parts.table;
    text = text.trim();
    if (text.length > limits[2]) return { errors: { detail: [formatMessage("long", { length: text.length, largest: limits[2] })] } };
    let [path, search] = splitUrl(text);
    // The search field of a page sends what was pasted into it as words.
    const pasted = (new URLSearchParams(search).getAll("q").pop() || "").trim();
    if (isQuery(pasted)) [path, search] = splitUrl(pasted);
    const given = Array.from(new URLSearchParams(search));
    const pairs = given.filter(pair => pair[1].trim());
    const byPath = filtersOfPath(path, now || Date.now() / 1000);
    if (!byPath) return { errors: { detail: ["“" + path + "” is neither a query nor a URL of the API's events."] } };
    const names = pairs.map(pair => pair[0]);
    pairs.push(...byPath.filter(pair => pair[0] === "id" || !names.includes(pair[0])));
    const requested = Object.fromEntries(pairs);
    const { conditions, errors } = conditionsOf(pairs);
    const ordering = split(requested.ordering || "").filter(isOrdering);
    return {
      pairs: pairs.filter(pair => parameters.some(parameter => parameter.name === pair[0])),
      conditions,
      errors,
      ordering,
      limit: Math.min(count(requested.limit, 1) || limits[0], limits[1]),
      offset: count(requested.offset, 0) || 0,
      mode: modes.includes(requested.mode) ? requested.mode : "normal",
      words: requested.q || "",
      notes: notesOn(given.map(pair => pair[0]), requested),
    };
  }

  // Columns.

  // Joins the columns of all data files of one kind: "events" or "words" (texts).
  function appendColumns(kind) {
    for (const name of parts.table.parts) {
      const part = parts[name.replace("events", kind)];
      if (part.places) {
        // A place has the name that LL2 writes, and that of the archive.
        const { places, place_names: own } = part;
        part.places = part.place.map(number => [places[number]].concat(own[number] || []));
        part.place = part.place.map(number => places[number]);
        part.picture = part.picture.map(number => part.pictures[number]);
      }
      for (const field of Object.keys(part)) {
        const all = columns[field] = columns[field] || [];
        for (const value of part[field]) all.push(value);
      }
    }
    if (kind === "words") return;
    const dates = columns.date.map(date => (date === null ? null : new Date(date * 1000)));
    columns.year = dates.map(date => date && date.getUTCFullYear());
    columns.month = dates.map(date => date && date.getUTCMonth() + 1);
    columns.day = dates.map(date => date && date.getUTCDate());
  }

  function needsTexts(query) {
    return query.conditions.some(condition => TEXT_FIELDS.includes(condition.parameter.field));
  }

  // Returns a function that says whether the event of a row meets the condition.
  function predicate(condition) {
    const { field, kind, compare } = condition.parameter;
    const values = columns[field];
    if (kind === "datetime") return row => values[row] !== null && COMPARE[compare](values[row], condition.values[0]);
    if (kind === "words") {
      const texts = lowerCase[field] = lowerCase[field] || values.map(text => text.toLowerCase());
      return row => condition.values.every(word => texts[row].includes(word));
    }
    const wanted = new Set(condition.values);
    return row => (Array.isArray(values[row]) ? values[row].some(value => wanted.has(value)) : wanted.has(values[row]));
  }

  // Sorts by each value of the rank in turn.
  function best(items, rank) {
    const compare = (a, b) => {
      const index = a.findIndex((value, index) => value !== b[index]);
      return index < 0 ? 0 : a[index] < b[index] ? -1 : 1;
    };
    return items.map(item => [rank(item), item]).sort((a, b) => compare(a[0], b[0])).map(([, item]) => item);
  }

  // As in PostgreSQL, unknown values are the greatest. Ties are broken by id.
  function sort(rows, ordering, now) {
    const terms = ordering.map(term => {
      const known = value => (value === null ? Infinity : term === "nearest" ? Math.abs(value - now) : value);
      const values = columns[term === "nearest" ? "date" : term.replace("-", "")];
      return row => (term[0] === "-" ? -1 : 1) * known(values[row]);
    });
    return best(rows, row => terms.map(term => term(row)).concat(columns.id[row]));
  }

  // Returns the matching rows, sorted; `found` are those that the search for the query's words has
  // found, the best first. `facets` are lists of names of parameters; `facetRows` has for
  // each the rows that match all other parameters, which is what another choice would give.
  function evaluate(query, { found, facets, now } = {}) {
    const groups = facets || [];
    const predicates = query.conditions.map(condition => [
      groups.findIndex(names => names.includes(condition.parameter.name)), predicate(condition),
    ]);
    const matches = [];
    const facetRows = groups.map(() => []);
    for (const row of found || columns.id.keys()) {
      const failed = new Set();
      for (const [group, passes] of predicates) if (!passes(row)) failed.add(group);
      if (!failed.size) matches.push(row);
      if (failed.size > 1 || failed.has(-1)) continue;
      groups.forEach((_, group) => {
        if (!failed.size || failed.has(group)) facetRows[group].push(row);
      });
    }
    const ordering = query.ordering.length || found ? query.ordering : ["date"];
    return { rows: ordering.length ? sort(matches, ordering, now) : matches, facetRows };
  }

  // Returns the query string of a query with other values: {limit: [20]}; an empty list removes a
  // parameter. Sorted as the API does it; commas and colons are not escaped.
  function toQueryString(query, changes) {
    const unchanged = query.pairs.filter(pair => !(pair[0] in changes));
    const added = Object.entries(changes).flatMap(([name, values]) => values.map(value => [name, value]));
    const pairs = unchanged.concat(added).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    return new URLSearchParams(pairs).toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  }

  self.archiveQuery = { parse, isQuery, best, evaluate, toQueryString, appendColumns, needsTexts, columns, formatUtc };
})();
