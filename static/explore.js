// The explore page: shows what the API would answer to the question in the address, and makes
// every choice another address. Text from events only ever becomes text, never markup.
(function () {
  "use strict";
  const questions = self.archiveQuestions;
  const { columns } = questions;
  const parts = self.archiveParts;
  const table = parts.table;
  const root = document.querySelector("[data-explore]");
  const find = name => root.querySelector("[data-" + name + "]");
  const MONTHS = "January February March April May June July August September October November December".split(" ");
  const SHOWN = 8;
  const name = (names, kind) => id => names[id] || kind + " " + id;
  // What people choose by: the column, the parameters that ask for it (the first is written), and
  // whether that one is repeated instead of taking a list.
  const FACETS = [
    { title: "Type", field: "type", names: ["type__ids", "type"], label: id => (table.types[id] || ["Type " + id])[0] },
    { title: "Year", field: "year", names: ["year"], label: String, inOrder: true },
    { title: "Place", field: "place", names: ["place"], label: String, repeated: true },
    { title: "Agency", field: "agencies", names: ["agency__ids"], label: name(table.agencies, "Agency") },
    { title: "Programme", field: "programs", names: ["program", "program__ids"], label: name(table.programs, "Programme"), repeated: true },
  ];
  const whole = new Set();
  let question;
  let found;

  function make(tag, facts, ...children) {
    const element = Object.assign(document.createElement(tag), facts);
    element.append(...children.filter(child => child !== null && child !== ""));
    return element;
  }

  // Loading.

  const loading = {};
  function load(part) {
    loading[part] = loading[part] || new Promise((done, failed) => {
      const script = make("script", { src: root.dataset.explore + "data/" + part + ".js", onload: done });
      script.onerror = () => failed(new Error("data/" + part + ".js cannot be loaded"));
      document.head.append(script);
    });
    return loading[part];
  }

  // Once of each kind: all events, or all their words.
  const gathered = {};
  function gather(kind) {
    gathered[kind] = gathered[kind] || Promise.all(
      table.parts.map(part => load(part.replace("events", kind)))
    ).then(() => questions.gather(kind));
    return gathered[kind];
  }

  function recordPart(id) {
    return "records-" + String(Math.floor(id / table.recordsSpan)).padStart(3, "0");
  }

  function loadRecords(rows) {
    const names = Array.from(new Set(rows.map(row => recordPart(columns.id[row]))));
    return Promise.all(names.map(load)).then(() => Object.assign({}, ...names.map(part => parts[part])));
  }

  // Addresses.

  function go(query, replace) {
    try {
      history[replace ? "replaceState" : "pushState"](null, "", "?" + query);
    } catch (refused) {
      // Some browsers keep a page from disk at its address: then it is opened anew.
      location.search = "?" + query;
      return;
    }
    show();
  }

  // Any change but one of page begins on the first page.
  function changed(changes) {
    return "?" + questions.query(question, { offset: [], ...changes });
  }

  function link(href, facts, ...children) {
    const anchor = make("a", { href, ...facts }, ...children);
    anchor.addEventListener("click", event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(href.slice(1));
    });
    return anchor;
  }

  function valuesOf(names) {
    return question.conditions.filter(condition => names.includes(condition.parameter.name))
      .flatMap(condition => condition.values);
  }

  // The question with a value of a facet taken up, or left out where it was chosen.
  function toggled(facet, value) {
    const chosen = valuesOf(facet.names);
    const left = chosen.includes(value) ? chosen.filter(other => other !== value) : chosen.concat(value);
    const changes = Object.fromEntries(facet.names.map(parameter => [parameter, []]));
    changes[facet.names[0]] = facet.repeated || !left.length ? left : [left.join(",")];
    return changed(changes);
  }

  // What is shown of an event.

  function words(row) {
    const said = columns.said[row];
    if (said) return said[0];
    const date = new Date(columns.date[row] * 1000);
    return date.getUTCDate() + " " + MONTHS[date.getUTCMonth()] + " " + date.getUTCFullYear() +
      ", " + date.toISOString().slice(11, 16) + " UTC";
  }

  // The day large, the rest small: as in all lists of the archive.
  function dateOf(row) {
    const [head, clock] = words(row).split(", ");
    const [, day, rest] = /^(\d{1,2}) (.+)$/.exec(head) || [, "", head];
    const time = make("p", { className: "card-date" }, day ? make("b", {}, day) : "", day ? " " : "", rest);
    if (clock) time.append(" ", make("span", {}, clock));
    return time;
  }

  function mark(family) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#" + family);
    svg.append(use);
    return svg;
  }

  function card(row) {
    const [typeName, , family] = table.types[columns.type[row]];
    const picture = columns.picture[row];
    const href = root.dataset.explore + "events/" + self.archiveFiles.stem(row) + ".html";
    const item = make("div", { className: "card category-" + family },
      make("p", { className: "card-name" }, make("a", { href, dir: "auto" }, columns.name[row])),
      dateOf(row),
      make("p", { className: "card-type" }, mark(family), " ", make("span", { dir: "auto" }, typeName)));
    if (columns.place[row]) item.append(make("p", { className: "card-place", dir: "auto" }, columns.place[row]));
    if (picture) {
      const image = make("img", { src: root.dataset.explore + picture, alt: "", loading: "lazy", width: 320, height: 213 });
      item.append(make("div", { className: "card-picture" }, image));
    }
    return item;
  }

  // Whether more is wanted of each event than name, date and place.
  function tellsMore() {
    return valueOf("mode") && question.mode !== "list";
  }

  // The first words that were found where the card shows none: not in name, type or place, which
  // are the first three lines of an event's text.
  function snippet(row) {
    const asked = question.conditions.find(condition => condition.parameter.name === "q");
    if (!asked || tellsMore()) return null;
    const holds = line => asked.values.map(word => line.toLowerCase().indexOf(word)).filter(at => at >= 0);
    const line = columns.text[row].split("\n").slice(3).find(candidate => holds(candidate).length);
    if (!line) return null;
    const at = Math.min(...holds(line));
    const start = at < 60 ? 0 : line.indexOf(" ", at - 60) + 1;
    const end = line.length <= at + 120 ? line.length : Math.max(line.lastIndexOf(" ", at + 120), at + 60);
    const cut = (start ? "… " : "") + line.slice(start, end) + (end < line.length ? " …" : "");
    return make("p", { className: "snippet", dir: "auto" }, cut);
  }

  function item(row) {
    const entry = card(row);
    entry.append(...[snippet(row)].filter(Boolean));
    return make("li", {}, entry);
  }

  // With mode=normal or mode=detailed, what these tell beyond names and dates, when it has come.
  function addDetails(rows, entries) {
    if (!tellsMore() || !rows.length) return;
    const asked = question;
    loadRecords(rows).then(records => {
      if (asked !== question) return;
      rows.forEach((row, place) => {
        const [, listed, , detailed] = records[columns.id[row]];
        const names = question.mode === "detailed" && detailed
          ? Object.values(detailed).flat().map(member => member && member.name).filter(Boolean) : [];
        const description = (listed.description || "").trim();
        if (description) entries[place].firstChild.append(make("p", { className: "result-description", dir: "auto" }, description));
        if (names.length) entries[place].firstChild.append(make("p", { className: "result-names", dir: "auto" }, names.join(" · ")));
      });
    }, complain);
  }

  // The parts of the page.

  function valueOf(parameter) {
    return question.pairs.filter(pair => pair[0] === parameter).map(pair => pair[1]).pop() || "";
  }

  function plural(count) {
    if (!count) return "No event fits all of this";
    return count.toLocaleString("en") + (count === 1 ? " event" : " events");
  }

  function say(sentence) {
    if (find("status").textContent !== sentence) find("status").textContent = sentence;
  }

  function complain(problem) {
    say("Something is missing: " + problem.message + ".");
  }

  function showFacet(facet, rows) {
    const counts = new Map();
    for (const row of rows) {
      const value = columns[facet.field][row];
      for (const one of Array.isArray(value) ? value : [value]) counts.set(one, (counts.get(one) || 0) + 1);
    }
    counts.delete(null);
    counts.delete("");
    const chosen = new Set(valuesOf(facet.names));
    chosen.forEach(value => counts.has(value) || counts.set(value, 0));
    const order = facet.inOrder ? (a, b) => b[0] - a[0]
      : (a, b) => b[1] - a[1] || (facet.label(a[0]) < facet.label(b[0]) ? -1 : 1);
    const options = Array.from(counts).sort(order);
    const isWhole = whole.has(facet.title) || options.length <= SHOWN + 2;
    const shown = isWhole ? options : options.filter((option, place) => place < SHOWN || chosen.has(option[0]));
    const list = make("ul", { className: "count-list" }, ...shown.map(([value, count]) => make("li", {},
      link(toggled(facet, value), { ariaCurrent: chosen.has(value) ? "true" : null, id: "facet-" + facet.field + "-" + value },
        make("span", { dir: "auto" }, facet.label(value))),
      make("span", { className: "count" }, count.toLocaleString("en")))));
    const section = make("section", {}, make("h2", {}, facet.title), list);
    if (!isWhole) section.append(moreButton(facet, options.length, rows));
    return section;
  }

  function moreButton(facet, count, rows) {
    const button = make("button", { type: "button", className: "more" }, "Show all " + count);
    button.addEventListener("click", () => {
      whole.add(facet.title);
      const section = showFacet(facet, rows);
      button.parentNode.replaceWith(section);
      section.querySelectorAll("a")[SHOWN].focus();
    });
    return button;
  }

  // Every condition, each with the way to be rid of it.
  function conditionLabels() {
    return question.conditions.flatMap(condition => {
      const { parameter, values } = condition;
      const facet = FACETS.find(candidate => candidate.names.includes(parameter.name));
      if (facet) return values.map(value => [facet.label(value), toggled(facet, value)]);
      const given = question.pairs.filter(pair => pair[0] === parameter.name).map(pair => pair[1]);
      const what = { q: "anywhere:", search: "in the name:", date__gte: "from", date__lte: "until" }[parameter.name];
      return [[(what || parameter.name) + " " + given.join(" "), changed({ [parameter.name]: [] })]];
    });
  }

  function showConditions() {
    const labels = conditionLabels();
    find("conditions").replaceChildren(...labels.map(([label, href]) => make("li", {},
      link(href, { ariaLabel: "Without " + label, dir: "auto" }, label))));
    if (labels.length > 1) find("conditions").append(make("li", {}, link("?", { className: "clear-filters" }, "Begin again")));
  }

  function showPager(total) {
    const { offset, limit } = question;
    const to = (start, label, rel) => link("?" + questions.query(question, { offset: start > 0 ? [start] : [] }), { rel }, label);
    find("pager").replaceChildren(
      offset > 0 ? to(offset - limit, "The " + limit + " before", "prev") : "",
      offset + limit < total ? to(offset + limit, "The next " + Math.min(limit, total - offset - limit), "next") : "");
  }

  // The calendar that holds most of what was asked, and what else it holds.
  function showCalendar() {
    const types = valuesOf(FACETS[0].names).filter(id => table.types[id]);
    const years = valuesOf(["year"]).filter(year => table.years.includes(year));
    const others = question.conditions.length - (types.length ? 1 : 0);
    let [address, label] = ["calendar.ics", "recent and coming events of all kinds"];
    if (types.length === 1) {
      const [typeName, stem] = table.types[types[0]];
      [address, label] = ["types/" + stem + ".ics", (others ? "all events of the type " : "") + typeName];
    } else if (years.length === 1) {
      [address, label] = ["years/" + years[0] + ".ics", "all of " + years[0]];
    }
    const anchor = find("calendar");
    anchor.href = table.base ? table.base.replace(/^https?:/, "webcal:") + address : root.dataset.explore + address;
    anchor.textContent = label;
  }

  function apiAddress() {
    const beyond = table.parameters.filter(parameter => parameter.origin === "archive").map(parameter => [parameter.name, []]);
    const query = questions.query(question, Object.fromEntries(beyond));
    return table.api + (query && "?" + query);
  }

  // What the address asks for is shown even where nobody would have offered it.
  function choose(select, value) {
    if (!Array.from(select.options).some(option => option.value === value)) select.append(make("option", { value }, value));
    select.value = value;
  }

  function showForm() {
    const anywhere = valueOf("q");
    const form = document.querySelector("[data-search]");
    form.elements.search.value = anywhere || valueOf("search");
    form.elements.anywhere.checked = Boolean(anywhere);
    for (const control of ["ordering", "limit", "mode"]) choose(find("filters")[control], valueOf(control));
    find("filters").from.value = valueOf("date__gte").slice(0, 10);
    find("filters").until.value = valueOf("date__lte").slice(0, 10);
  }

  function showRefusal(errors) {
    const lines = Object.values(errors).flat();
    find("notes").replaceChildren(...lines.map(line => make("li", { dir: "auto" }, line)));
    for (const place of ["results", "facets", "pager", "conditions"]) find(place).replaceChildren();
    find("conditions").append(make("li", {}, link("?", { className: "clear-filters" }, "Begin again")));
    find("export").hidden = true;
    say("The API would refuse this question.");
  }

  function showAnswer() {
    const { rows, besides } = found;
    const { offset, limit } = question;
    const page = rows.slice(offset, offset + limit);
    const entries = page.map(item);
    find("results").replaceChildren(...entries);
    find("notes").replaceChildren(...question.notes.map(note => make("li", { dir: "auto" }, note)));
    find("facets").replaceChildren(...FACETS.map((facet, place) => showFacet(facet, besides[place])));
    find("text").hidden = true;
    find("copied").textContent = "";
    showConditions();
    showPager(rows.length);
    showCalendar();
    addDetails(page, entries);
    const range = page.length ? ", " + (offset + 1) + " to " + (offset + page.length) + " shown" : ", but none on this page";
    say(plural(rows.length) + (rows.length > page.length ? range : ""));
    find("export").hidden = !rows.length;
  }

  function show() {
    const kept = document.activeElement && document.activeElement.id;
    question = questions.read(location.search);
    if (Object.keys(question.errors).length) return Promise.resolve(showRefusal(question.errors));
    showForm();
    const asked = question;
    const words = questions.needsWords(question) ? gather("words") : null;
    return Promise.all([gather("events"), words]).then(() => {
      if (asked !== question) return;
      found = questions.answer(question, FACETS.map(facet => facet.names));
      showAnswer();
      const again = kept && document.getElementById(kept);
      if (again) again.focus();
    }, complain);
  }

  // What people do.

  // Beside the events there is always room for the choices; above them only when they are wanted.
  function unfoldChoices() {
    const wide = matchMedia("(min-width: 60em)");
    const unfold = () => { find("filters").firstElementChild.open = wide.matches; };
    wide.addEventListener("change", unfold);
    unfold();
  }

  function listenToWords() {
    const form = document.querySelector("[data-search]");
    form.hidden = false;
    form.addEventListener("submit", event => {
      event.preventDefault();
      const text = form.elements.search.value.trim();
      // A link of the API, or of this page, is a question itself.
      const asked = /^(https?|file):|[?&]\w+=/.test(text) ? questions.read(text) : null;
      if (asked && asked.errors.detail) return say(asked.errors.detail[0]);
      if (asked) return go(new URLSearchParams(asked.pairs || []).toString());
      const wanted = form.elements.anywhere.checked ? "q" : "search";
      go(changed({ search: [], q: [], ...(text && { [wanted]: [text] }) }).slice(1));
    });
  }

  function listenToChoices() {
    const form = find("filters");
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("change", event => {
      const { name: control, value } = event.target;
      const parameter = { from: "date__gte", until: "date__lte" }[control] || control;
      // A day is meant to its end.
      const asked = control === "until" && value ? value + "T23:59:59Z" : value;
      go(changed({ [parameter]: asked ? [asked] : [] }).slice(1));
    });
  }

  const TAKE = {
    api: () => Promise.resolve([apiAddress(), ""]),
    json: () => loadRecords(found.rows.slice(question.offset, question.offset + question.limit))
      .then(records => [self.archiveFiles.json(question, found.rows, records), "events.json", "application/json"]),
    csv: () => Promise.resolve([self.archiveFiles.csv(found.rows), "events.csv", "text/csv"]),
    ics: () => Promise.resolve([self.archiveFiles.ics(found.rows), "events.ics", "text/calendar"]),
  };

  function copy(area) {
    area.select();
    const done = () => { find("copied").textContent = "Copied."; };
    if (navigator.clipboard) return navigator.clipboard.writeText(area.value).then(done, () => document.execCommand("copy") && done());
    return document.execCommand("copy") && done();
  }

  // The text is shown as well: where a browser does not let scripts copy, people can.
  function take(kind) {
    TAKE[kind]().then(([text, file, type]) => {
      const box = find("text");
      const area = box.querySelector("textarea");
      const save = box.querySelector("a");
      area.value = text || "None of these events has a date.";
      box.hidden = false;
      save.hidden = !file || !text;
      if (save.href) URL.revokeObjectURL(save.href);
      if (file) Object.assign(save, { download: file, href: URL.createObjectURL(new Blob([text], { type })) });
      copy(area);
    }, complain);
  }

  self.archiveShow = { words };
  // For tests, and for whoever likes to ask in the console: a promise of the API's answer.
  questions.ask = text => {
    const asked = questions.read(text);
    if (Object.keys(asked.errors).length) return Promise.resolve({ errors: asked.errors });
    return Promise.all([gather("events"), questions.needsWords(asked) && gather("words")]).then(() => {
      const { rows } = questions.answer(asked);
      const page = rows.slice(asked.offset, asked.offset + asked.limit);
      return { count: rows.length, ids: page.map(row => columns.id[row]), notes: asked.notes };
    });
  };
  root.hidden = false;
  unfoldChoices();
  listenToWords();
  listenToChoices();
  find("export").addEventListener("click", event => event.target.dataset.kind && take(event.target.dataset.kind));
  addEventListener("popstate", show);
  show();
})();
