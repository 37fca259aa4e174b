// Search in plain words: the counterpart of events_archive/search/, with the same names and steps.
// Its tables (`rules`), the things that events share and the words of texts come with the data.
(function () {
  "use strict";
  const NAME = 512, TYPE = 256, PLACE = 128, RELATION = 64, TEXT = 32, BEGINNING = 32;
  const TOKEN = /[0-9]+|(?:(?![0-9])[\p{L}\p{N}'’‘ʼ`′])+/gu;
  const isNumber = word => /^[0-9]/.test(word);
  const { columns, best } = self.archiveQuery;
  let rules, spans, things, entries, vocabulary;

  // Words.

  const foldedWords = new Map();

  function lower(raw) {
    const letters = Array.from(raw).slice(0, rules.maxLetters).join("");
    return letters.toLowerCase().replace(rules.letterPattern, letter => rules.letters.get(letter));
  }

  function foldWord(raw) {
    if (!foldedWords.has(raw)) foldedWords.set(raw, fold(lower(raw)));
    return foldedWords.get(raw);
  }

  function fold(word) {
    if (rules.irregular.has(word)) return rules.irregular.get(word);
    if (isNumber(word)) return word.replace(/^0+(?=.)/, "");
    for (const step of rules.endings) {
      for (const [pattern, ending] of step) {
        const match = pattern.exec(word);
        if (!match) continue;
        word = match[1] + ending;
        break;
      }
    }
    return word;
  }

  function tokens(text) {
    return (text.normalize("NFKD").replace(rules.marks, "").match(TOKEN) || [])
      .map(raw => ({ raw, surface: lower(raw), word: foldWord(raw) }))
      .filter(token => token.word && !rules.stopWords.has(token.surface));
  }

  const words = text => tokens(text).map(token => token.word);
  const key = text => words(text).join(" ");
  const isYear = word => /^\d{4}$/.test(word) && word >= rules.years[0] && word <= rules.years[1];

  // The index.

  // Numbers are written as the difference to the one before.
  function sums(differences) {
    let sum = 0;
    return differences.map(difference => sum += difference);
  }

  function prepare(data) {
    rules = data.rules;
    for (const table of ["irregular", "letters", "months", "phrases"]) rules[table] = new Map(rules[table]);
    rules.letterPattern = new RegExp("[" + Array.from(rules.letters.keys()).join("") + "]", "g");
    rules.marks = new RegExp("[" + rules.marks + "]+", "g");
    rules.stopWords = new Set(rules.stopWords);
    rules.endings = rules.endings.map(step => step.map(([pattern, ending]) => [new RegExp("^(?:" + pattern + ")$", "u"), ending]));
    spans = data.spans.map(span => span && { start: span[0], end: span[0] + span[1] });
    things = data.things.map(([kind, name, stem, aliases, rows]) => ({
      kind: data.kinds[kind], name, names: [name].concat(aliases), rows: sums(rows), path: data.kinds[kind][0] + "/" + stem + ".html",
    }));
    entries = new Map(data.entries.map(([word, , ...lists]) => [word, lists]));
    vocabulary = new Map(data.entries.map(([word, shown]) => [word, shown || word]));
  }

  // Where a word occurs, by row.
  function where(word) {
    const found = new Map();
    const mark = place => row => found.set(row, found.get(row) | place);
    const [inTexts, inNames, inThings] = (entries.get(word) || [[], [], []]).map(sums);
    inTexts.forEach(mark(TEXT));
    for (const { kind, rows } of inThings.map(number => things[number])) rows.forEach(mark(kind[2]));
    inNames.forEach(mark(NAME));
    return found;
  }

  // Spelling.

  // How many letters are missing, too many, wrong or swapped; more than `limit` if it is more than that.
  function edits(one, other, limit) {
    if (!one || !other || Math.abs(one.length - other.length) > limit) return Math.max(one.length, other.length);
    if (one[0] === other[0]) return edits(one.slice(1), other.slice(1), limit);
    if (!limit) return 1;
    const isSwapped = one[0] === other[1] && one[1] === other[0];
    const pairs = [[1, 1], [1, 0], [0, 1]].concat(isSwapped ? [[2, 2]] : []);
    return 1 + Math.min(...pairs.map(([n, m]) => edits(one.slice(n), other.slice(m), limit - 1)));
  }

  function nearestWord(surface) {
    const folded = foldWord(surface);
    const limit = surface.length < 4 ? 0 : surface.length < 8 ? 1 : 2;
    const similar = Array.from(vocabulary)
      .map(([word, shown]) => [Math.min(edits(surface, shown, limit), edits(folded, word, limit)), shown[0] !== surface[0], shown])
      .filter(([distance]) => distance <= limit);
    return best(similar, similar => similar.slice(0, 2)).map(([, , shown]) => shown)[0];
  }

  // Parsing. A concept has `raw` and `shown` text, `alternatives` of words, a `number` and `dates`. A
  // word as it was typed ends with an asterisk: it also stands for longer ones.

  function knownTokens(token) {
    const { raw, surface, word } = token;
    const isPrefix = surface.length >= rules.minPrefix && Array.from(vocabulary.values()).some(shown => shown.startsWith(surface));
    if (isNumber(word) || vocabulary.has(word) || isPrefix) return [token];
    for (let cut = rules.minPrefix; cut <= surface.length - rules.minPrefix; cut++) {
      const parts = tokens(surface.slice(0, cut) + " " + surface.slice(cut));
      if (parts.length === 2 && parts.every(part => vocabulary.has(part.word))) return parts;
    }
    const nearest = nearestWord(surface);
    return [nearest ? { raw, surface: nearest, word: foldWord(nearest) } : token];
  }

  function concept(part, shown, alternatives, dates) {
    const raw = part.map(token => token.raw).join(" ");
    const isCorrected = part.some(token => lower(token.raw) !== token.surface);
    if (isCorrected && !shown) shown = part.map(token => token.surface).join(" ");
    return { raw, shown: key(shown) === key(raw) ? "" : shown, alternatives, dates, isCorrected, length: part.length };
  }

  function datePart(letter, { surface, word }) {
    if (letter === "M") return rules.months.get(surface) || 0;
    if (!isNumber(word) || isYear(word) !== (letter === "Y")) return 0;
    return letter === "Y" || word <= (letter === "m" ? 12 : 31) ? Number(word) : 0;
  }

  function date(typed) {
    for (const pattern of rules.datePatterns) {
      const part = typed.slice(0, pattern.length);
      const numbers = part.map((token, index) => datePart(pattern[index], token));
      if (part.length < pattern.length || !numbers.every(Boolean)) continue;
      const number = letter => numbers[pattern.toUpperCase().indexOf(letter)];
      const [year, month, day] = [number("Y"), number("M"), number("D")];
      const parts = [day, month && rules.monthNames[month - 1], year].filter(Boolean);
      const labels = [parts.join(" "), parts.slice(day ? 1 : 0).join(" ")];
      return concept(part, labels[0], pattern === "Y" ? [[part[0].word]] : [], { year, month, day, labels });
    }
    return null;
  }

  function phrase(typed) {
    for (let length = Math.min(typed.length, rules.maxPhrase); length; length--) {
      const part = typed.slice(0, length);
      const found = rules.phrases.get(part.map(token => token.word).join(" "));
      if (!found) continue;
      const [shown, synonyms, dates] = found;
      return concept(part, shown, dates ? [] : [part.map(token => token.surface + "*")].concat(synonyms), dates);
    }
    return null;
  }

  function wordsOf(typed) {
    const [first, second] = typed;
    if (second && !isNumber(first.word) && !isNumber(second.word)) {
      const joined = foldWord(first.surface + second.surface);
      if (vocabulary.has(joined)) {
        return concept([first, second], vocabulary.get(joined), [[first.surface + "*", second.surface + "*"], [joined]]);
      }
    }
    return concept([first], "", [[first.surface + "*"]]);
  }

  function parse(text) {
    let typed = tokens(text).slice(0, rules.maxTokens).flatMap(knownTokens);
    const concepts = new Map();
    while (typed.length) {
      const one = date(typed) || phrase(typed) || wordsOf(typed);
      const before = typed[one.length - 1];
      typed = typed.slice(one.length);
      if (!one.dates && typed.length && isNumber(typed[0].word) && !date(typed)) {
        const [{ raw, word }] = typed;
        one.raw += " " + raw;
        if (one.shown) one.shown += " " + raw;
        one.number = word;
        one.alternatives = one.alternatives.map(each => each.concat(word)).concat([[before.word + word]]);
        typed = typed.slice(1);
      }
      if (!concepts.has(one.raw.toLowerCase())) concepts.set(one.raw.toLowerCase(), one);
    }
    return Array.from(concepts.values());
  }

  const folded = word => (word.endsWith("*") ? foldWord(word.slice(0, -1)) : word);

  function prefixOf(word) {
    return word.endsWith("*") && word.length > rules.minPrefix && !isNumber(word) ? word.slice(0, -1) : "";
  }

  // Dates.

  function period({ unit, offset }, now) {
    const date = new Date(now * 1000);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    const at = {
      year: n => [year + n, 0, 1], month: n => [year, month + n, 1],
      week: n => [year, month, day - (date.getUTCDay() + 6) % 7 + 7 * n], day: n => [year, month, day + n],
    }[unit];
    return [offset, offset + 1].map(n => Date.UTC(...at(n)) / 1000);
  }

  function isWithin(span, dates, now) {
    if (!span) return false;
    const { unit, year, month, day } = dates;
    if (unit === "upcoming") return span.end > now;
    if (unit === "past") return span.end <= now;
    if (unit) {
      const [start, end] = period(dates, now);
      return start <= span.start && span.end <= end;
    }
    return [span.start, span.end - 1].every(time => {
      const date = new Date(time * 1000);
      return (!year || date.getUTCFullYear() === year) && (!month || date.getUTCMonth() + 1 === month) && (!day || date.getUTCDate() === day);
    });
  }

  // Results.

  // Where a word of an alternative occurs. If the word itself is known, longer ones count in names only.
  function places(word) {
    const [whole, prefix] = [folded(word), prefixOf(word)];
    const found = where(whole);
    const wanted = NAME | TYPE | PLACE | (found.size ? 0 : RELATION | TEXT);
    if (prefix) {
      for (const [longer, shown] of vocabulary) {
        if (longer === whole || !(longer.startsWith(prefix) || shown.startsWith(prefix))) continue;
        where(longer).forEach((places, row) => {
          if (places & wanted) found.set(row, found.get(row) | (places & wanted) / BEGINNING);
        });
      }
    }
    return found;
  }

  function rowsOfAll(maps) {
    return maps.length ? Array.from(maps[0].keys()).filter(row => maps.every(map => map.has(row))) : [];
  }

  function conceptPoints({ alternatives, dates }, now) {
    const found = new Map();
    for (const alternative of alternatives) {
      const each = alternative.map(places);
      for (const row of rowsOfAll(each)) {
        const both = each.map(map => map.get(row)).reduce((one, other) => one & other || Math.min(one, other));
        found.set(row, found.get(row) | both);
      }
    }
    found.forEach((places, row) => found.set(row, rules.points.find(([wanted]) => (places & wanted) === wanted)[1]));
    if (dates) {
      spans.forEach((span, row) => {
        if (isWithin(span, dates, now)) found.set(row, Math.max(found.get(row) || 0, rules.datePoints));
      });
    }
    return found;
  }

  function compatible(matches) {
    const rows = new Set(matches.flatMap(({ points }) => Array.from(points.keys())));
    const having = row => matches.filter(({ points }) => points.has(row));
    const total = row => having(row).reduce((sum, { points }) => sum + points.get(row), 0);
    const [row] = best(Array.from(rows), row => [-having(row).length, -total(row), row]);
    return row === undefined ? [] : having(row);
  }

  function ranked(matches, now) {
    const units = matches.filter(match => match.dates).map(match => match.dates.unit);
    const isOpen = units.some(unit => unit === "upcoming" || unit === "past");
    const rows = rowsOfAll(matches.map(match => match.points));
    if (units.length === matches.length && !isOpen) return best(rows, row => [spans[row] ? spans[row].start : Infinity, row]);
    const typed = " " + matches.filter(match => !match.dates).flatMap(match => match.alternatives[0].map(folded)).join(" ") + " ";
    return best(rows, row => {
      const at = isOpen || typed === "  " ? -1 : (" " + key(columns.name[row]) + " ").indexOf(typed);
      const points = matches.reduce((sum, match) => sum + match.points.get(row), 0);
      const bonus = at < 0 ? 0 : at ? rules.phrasePoints : rules.beginningPoints;
      return [-points - bonus, spans[row] ? Math.abs(spans[row].end - now) : Infinity, row];
    });
  }

  function pages(concepts, used) {
    const labels = concepts.flatMap(one => (one.dates && one.dates.labels) || []);
    const named = used.filter(one => !one.dates);
    const covers = name => {
      const found = named.flatMap(one => one.alternatives).map(each => each.map(folded)).filter(each => each.every(word => name.includes(word)));
      return name.length && name.every(word => found.flat().includes(word));
    };
    const has = all => word => all.includes(folded(word)) || (prefixOf(word) && all.some(other => other.startsWith(prefixOf(word))));
    const quality = ({ kind: [folder, , where], name, names }) => {
      if (!folder || !where) return folder && 4 * labels.includes(name);
      const each = names.map(words);
      return 2 * each.some(covers) + (named.length > 0 && named.every(one => one.alternatives.some(alternative => alternative.every(has(each.flat())))));
    };
    const fitting = best(things.map(thing => ({ ...thing, quality: quality(thing) })).filter(thing => thing.quality), thing => [-thing.quality, -thing.rows.length]);
    return fitting.filter((thing, index) => fitting.findIndex(({ name }) => name === thing.name) === index).slice(0, rules.maxPages);
  }

  function search(text, now) {
    const notes = [];
    const note = (message, words, other) => words.length && notes.push(
      rules.messages[message].replace("{word}", () => words.join("”, “")).replace("{other}", () => other));
    const concepts = parse(text).map(one => {
      let points = conceptPoints(one, now);
      let takenFor = one.isCorrected && one.shown;
      if (!points.size && one.number) {
        const numbered = one.alternatives.filter(each => each.length > 1 && each[each.length - 1] === one.number);
        points = conceptPoints({ alternatives: numbered.map(each => each.slice(0, -1)) }, now);
        takenFor = one.raw.replace(/\s\S*$/, "");
      }
      if (points.size && takenFor) note("corrected", [one.raw], takenFor);
      return { ...one, points };
    });
    const raws = (all, isWanted) => all.filter(isWanted).map(one => one.raw);
    const matches = concepts.filter(one => one.points.size);
    const used = compatible(matches);
    const unknown = concepts.length ? raws(concepts, one => !one.points.size) : [text.trim().slice(0, 80)];
    const leftOut = raws(matches, one => !used.includes(one));
    note("unknown", unknown);
    note("left_out", leftOut);
    const rows = ranked(used, now);
    const isInText = row => used.some(({ points }) => points.get(row) <= rules.textPoints);
    // Where the first of the words is in a text.
    const place = text => {
      const isWanted = raw => used.some(one => one.alternatives.flat().some(word => (
        folded(word) === foldWord(raw) || (prefixOf(word) && lower(raw).startsWith(prefixOf(word))))));
      const match = Array.from(text.matchAll(TOKEN)).find(([raw]) => isWanted(raw));
      return match ? match.index : 0;
    };
    return { rows, place, inText: new Set(rows.filter(isInText)), concepts, notes, missing: unknown.concat(leftOut), pages: pages(concepts, used) };
  }

  self.archiveSearch = { prepare, search };
})();
