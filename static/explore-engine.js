// Answers the questions of Launch Library 2's API from the archive's own events: the twin, in the
// browser, of events_archive/model/questions. What can be asked stands in one table, which comes
// with the data; what the API refuses is refused in its words.
(function () {
  "use strict";
  const parts = self.archiveParts = self.archiveParts || {};
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
  const WHOLE = /^[+-]?\d+$/;
  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?)?$/;
  const EVENTS = /\/events?(?:\/(upcoming|previous))?(?:\/(\d+)(?:\.json)?)?\/?$/;
  const COMPARE = {
    gt: (value, bound) => value > bound,
    gte: (value, bound) => value >= bound,
    lt: (value, bound) => value < bound,
    lte: (value, bound) => value <= bound,
  };
  // What only the parts with words hold.
  const IN_WORDS = ["text", "videos", "expeditions", "stations", "launches"];
  const columns = {};
  const lowered = {};

  function say(message, facts) {
    return parts.table.messages[message].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  }

  function fail(message, facts) {
    throw new Error(say(message, facts || {}));
  }

  // Reading values, as Django REST Framework does.

  function split(text) {
    return text.split(",").map(part => part.trim()).filter(Boolean);
  }

  function number(text) {
    return NUMBER.test(text.trim()) ? Number(text) : fail("number");
  }

  function whole(text) {
    return WHOLE.test(text.trim()) ? Number(text) : fail("value", { value: text });
  }

  function uuid(text) {
    return UUID.test(text.toLowerCase()) ? text.toLowerCase() : fail("uuid");
  }

  // POSIX time in seconds. Date alone would take 30 February for 2 March.
  function moment(text) {
    const found = MOMENT.exec(text.trim());
    if (!found) fail("moment");
    const [year, month, day, hour, minute, second] = found.slice(1, 7).map(part => Number(part || 0));
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year > 0;
    const zone = (Number(found[9] || 0) * 60 + Number(found[10] || 0)) * (found[8] === "-" ? -60 : 60);
    if (!isDay || hour > 23 || minute > 59 || second > 59 || found[9] > 23 || found[10] > 59) fail("moment");
    const seconds = date / 1000 + hour * 3600 + minute * 60 + second - zone;
    const inUtc = new Date(seconds * 1000).getUTCFullYear();
    if (inUtc < 1 || inUtc > 9999) fail("moment");
    return seconds + Number("0." + (found[7] || "0").slice(0, 6));
  }

  function words(text) {
    return text.replace(/,/g, " ").toLowerCase().split(/\s+/).filter(Boolean);
  }

  const last = values => values[values.length - 1];
  const READ = {
    numbers: values => split(last(values)).map(number),
    number: values => [number(last(values))],
    repeated: values => values.map(whole),
    texts: values => last(values).split(","),
    uuids: values => split(last(values)).map(uuid),
    text: values => [last(values).trim()],
    each: values => values,
    moment: values => [moment(last(values))],
    words: values => words(last(values)),
  };

  function refusal(parameter, values, sentence) {
    const given = values.join("&");
    const value = given.length <= 80 ? given : given.slice(0, 77) + "...";
    return sentence + " " + say("detail", { name: parameter.name, value, example: parameter.example });
  }

  function conditionsOf(pairs) {
    const conditions = [];
    const errors = {};
    for (const parameter of parts.table.parameters) {
      const values = pairs.filter(pair => pair[0] === parameter.name).map(pair => pair[1]);
      if (!values.length) continue;
      try {
        if (parameter.field) conditions.push({ parameter, values: READ[parameter.kind](values) });
        if (parameter.name === "format" && !["json", "api"].includes(last(values))) fail("format");
      } catch (problem) {
        errors[parameter.name] = [refusal(parameter, values, problem.message)];
      }
    }
    return { conditions, errors };
  }

  // A number that is none counts as not given.
  function count(text, least) {
    return WHOLE.test((text || "").trim()) && Number(text) >= least ? Number(text) : null;
  }

  function remarks(names, asked) {
    const { parameters, orderings, modes, limits } = parts.table;
    const known = new Set(parameters.map(parameter => parameter.name));
    const notes = [];
    for (const name of new Set(names)) {
      const now = parameters.find(parameter => parameter.former === name);
      if (now) notes.push(say("former", { name, now: now.name }));
      else if (!known.has(name)) notes.push(say("unknown", { name }));
    }
    for (const value of split(asked.ordering || "")) {
      if (!orderings.includes(value)) notes.push(say("ordering", { value, choices: orderings.join(", ") }));
    }
    if (asked.mode && !modes.includes(asked.mode)) {
      notes.push(say("mode", { value: asked.mode, choices: modes.join(", ") }));
    }
    for (const [name, least] of [["limit", 1], ["offset", 0]]) {
      const value = asked[name];
      if (value === undefined) continue;
      if (count(value, least) === null) notes.push(say("count", { name, value }));
      else if (name === "limit" && Number(value) > limits[1]) notes.push(say("limit", { value, largest: limits[1] }));
    }
    return notes;
  }

  // A query string, or a whole address with or without one, as ["path", "query"].
  function divided(text) {
    const isAddress = text.split("=")[0].includes("://") || text.startsWith("/");
    if (isAddress) text = text.split("#")[0];
    const mark = text.indexOf("?");
    if (mark >= 0 && (isAddress || !text.slice(0, mark).includes("="))) {
      return [text.slice(0, mark), text.slice(mark + 1)];
    }
    return isAddress || !text.includes("=") ? [text, ""] : ["", text];
  }

  function stamp(seconds) {
    return new Date(seconds * 1000).toISOString().slice(0, 19) + "Z";
  }

  // What an address of the API asks before its query begins; null for one of something else.
  function askedByPath(path, now) {
    const found = EVENTS.exec(path);
    if (!found) return !path || /(^|\/)explore(\.html)?$/.test(path) ? [] : null;
    if (found[2]) return [["id", found[2]]];
    if (found[1] === "upcoming") return [["date__gte", stamp(now - 86400)]];
    if (found[1] === "previous") return [["date__lt", stamp(now)], ["ordering", "-date"]];
    return [];
  }

  // The question that a text asks; `errors` says what the API would refuse.
  function read(text, now) {
    const { parameters, orderings, modes, limits } = parts.table;
    const [path, query] = divided(text.trim());
    const given = Array.from(new URLSearchParams(query));
    const pairs = given.filter(pair => pair[1].trim());
    const byPath = askedByPath(path, now || Date.now() / 1000);
    if (!byPath) return { errors: { detail: ["“" + path + "” is not a query, nor an address of the API's events."] } };
    const names = pairs.map(pair => pair[0]);
    pairs.push(...byPath.filter(pair => pair[0] === "id" || !names.includes(pair[0])));
    const asked = Object.fromEntries(pairs);
    const { conditions, errors } = conditionsOf(pairs);
    const ordering = split(asked.ordering || "").filter(term => orderings.includes(term));
    return {
      pairs: pairs.filter(pair => parameters.some(parameter => parameter.name === pair[0])),
      conditions,
      errors,
      ordering: ordering.length ? ordering : ["date"],
      limit: Math.min(count(asked.limit, 1) || limits[0], limits[1]),
      offset: count(asked.offset, 0) || 0,
      mode: modes.includes(asked.mode) ? asked.mode : "normal",
      notes: remarks(given.map(pair => pair[0]), asked),
    };
  }

  // Columns.

  // Puts the parts behind one another, events or words.
  function gather(kind) {
    for (const name of parts.table.parts) {
      const part = parts[name.replace("events", kind)];
      for (const field of ["place", "picture"]) {
        if (part[field]) part[field] = part[field].map(number => part[field + "s"][number]);
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

  function needsWords(question) {
    return question.conditions.some(condition => IN_WORDS.includes(condition.parameter.field));
  }

  // Whether the event of a row fits.
  function test(condition) {
    const { field, kind, compare } = condition.parameter;
    const values = columns[field];
    if (kind === "moment") return row => values[row] !== null && COMPARE[compare](values[row], condition.values[0]);
    if (kind === "words") {
      const texts = lowered[field] = lowered[field] || values.map(text => text.toLowerCase());
      return row => condition.values.every(word => texts[row].includes(word));
    }
    const wanted = new Set(condition.values);
    return row => (Array.isArray(values[row]) ? values[row].some(value => wanted.has(value)) : wanted.has(values[row]));
  }

  // As PostgreSQL sorts: what is not known is greater than everything. Ties are broken by id.
  function sort(rows, ordering) {
    const terms = ordering.map(term => [columns[term.replace("-", "")], term[0] === "-" ? -1 : 1]);
    const known = value => (value === null ? Infinity : value);
    return rows.sort((a, b) => {
      for (const [values, sign] of terms) {
        const [left, right] = [known(values[a]), known(values[b])];
        if (left !== right) return left < right ? -sign : sign;
      }
      return columns.id[a] - columns.id[b];
    });
  }

  // Rows that fit, in order. `facets` are lists of parameters' names; of each, the rows that fit
  // all else come back as well, so that one can see what another choice would bring.
  function answer(question, facets) {
    const groups = facets || [];
    const tests = question.conditions.map(condition => [
      groups.findIndex(names => names.includes(condition.parameter.name)), test(condition),
    ]);
    const fits = [];
    const besides = groups.map(() => []);
    for (let row = 0; row < columns.id.length; row++) {
      const failed = new Set();
      for (const [group, passes] of tests) if (!passes(row)) failed.add(group);
      if (!failed.size) fits.push(row);
      if (failed.size > 1 || failed.has(-1)) continue;
      groups.forEach((_, group) => {
        if (!failed.size || failed.has(group)) besides[group].push(row);
      });
    }
    return { rows: sort(fits, question.ordering), besides };
  }

  // The query of a question with other values: {limit: [20]}; an empty list leaves a name out.
  // Sorted, as the API does it; commas and colons stay legible.
  function query(question, changed) {
    const kept = question.pairs.filter(pair => !(pair[0] in changed));
    const added = Object.entries(changed).flatMap(([name, values]) => values.map(value => [name, value]));
    const pairs = kept.concat(added).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    return new URLSearchParams(pairs).toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  }

  self.archiveQuestions = { read, answer, query, gather, needsWords, columns, stamp };
})();
