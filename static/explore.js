// The explore page: shows the result of the query in the URL. Every choice is a link to another
// query. Text from events is inserted as text, never as markup.
(function () {
  "use strict";
  const engine = self.archiveQuery;
  const { columns } = engine;
  const parts = self.archiveParts;
  const table = parts.table;
  const root = document.querySelector("[data-explore]");
  const find = name => root.querySelector("[data-" + name + "]");
  const MAX_SHOWN_VALUES = 8;
  const name = (names, kind) => id => names[id] || kind + " " + id;
  // The facets: column, parameters that filter it (the first one is used in links), and whether that
  // parameter is repeated for several values instead of taking a list.
  const FACETS = [
    { title: "Type", field: "type", names: ["type__ids", "type"], label: id => (table.types[id] || ["Type " + id])[0] },
    { title: "Year", field: "year", names: ["year"], label: String, inOrder: true },
    { title: "Place", field: "place", names: ["place"], label: String, repeated: true },
    { title: "Agency", field: "agencies", names: ["agency__ids"], label: name(table.agencies, "Agency") },
    { title: "Programme", field: "programs", names: ["program", "program__ids"], label: name(table.programs, "Programme"), repeated: true },
  ];
  const expandedFacets = new Set();
  const pageTitle = document.title;
  let query;
  let result;

  function createElement(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter(child => child !== null && child !== ""));
    return element;
  }

  // Loading.

  const loading = {};
  function load(part) {
    loading[part] = loading[part] || new Promise((done, failed) => {
      const script = createElement("script", { src: root.dataset.explore + "data/" + part + ".js", onload: done });
      script.onerror = () => failed(new Error("data/" + part + ".js cannot be loaded"));
      document.head.append(script);
    });
    return loading[part];
  }

  // Loads all data files of a kind once: "events" or "words" (texts).
  const loadedColumns = {};
  function loadColumns(kind) {
    loadedColumns[kind] = loadedColumns[kind] || Promise.all(
      table.parts.map(part => load(part.replace("events", kind)))
    ).then(() => engine.appendColumns(kind));
    return loadedColumns[kind];
  }

  function recordPart(id) {
    return "records-" + String(Math.floor(id / table.recordsSpan)).padStart(3, "0");
  }

  function loadRecords(rows) {
    const names = Array.from(new Set(rows.map(row => recordPart(columns.id[row]))));
    return Promise.all(names.map(load)).then(() => Object.assign({}, ...names.map(part => parts[part])));
  }

  // URLs.

  function go(search, replace) {
    try {
      history[replace ? "replaceState" : "pushState"](null, "", "?" + search);
    } catch (refused) {
      // Some browsers do not allow this for a page from disk: load it again.
      location.search = "?" + search;
      return;
    }
    show();
  }

  // Every change but that of the page leads to the first page.
  function changed(changes) {
    return "?" + engine.toQueryString(query, { offset: [], ...changes });
  }

  function link(href, properties, ...children) {
    const anchor = createElement("a", { href, ...properties }, ...children);
    anchor.addEventListener("click", event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(href.slice(1));
    });
    return anchor;
  }

  function valuesOf(names) {
    return query.conditions.filter(condition => names.includes(condition.parameter.name))
      .flatMap(condition => condition.values);
  }

  // The query with a value of a facet added, or removed if it was chosen.
  function toggled(facet, value) {
    const chosen = valuesOf(facet.names);
    const remaining = chosen.includes(value) ? chosen.filter(other => other !== value) : chosen.concat(value);
    const changes = Object.fromEntries(facet.names.map(parameter => [parameter, []]));
    changes[facet.names[0]] = facet.repeated || !remaining.length ? remaining : [remaining.join(",")];
    return changed(changes);
  }

  // Events.

  function card(row) {
    return self.archiveEvents.card(self.archiveEvents.at(columns, row), root.dataset.explore);
  }

  // Whether more than name, date and place of each event is shown.
  function showsDetails() {
    return valueOf("mode") && query.mode !== "list";
  }

  // The first match in a text that the card does not show: not in name, type or place, which are the
  // first three lines of an event's text.
  function snippet(row) {
    const requested = query.conditions.find(condition => condition.parameter.name === "q");
    if (!requested || showsDetails()) return null;
    const holds = line => requested.values.map(word => line.toLowerCase().indexOf(word)).filter(at => at >= 0);
    const line = columns.text[row].split("\n").slice(3).find(candidate => holds(candidate).length);
    if (!line) return null;
    const at = Math.min(...holds(line));
    const start = at < 60 ? 0 : line.indexOf(" ", at - 60) + 1;
    const end = line.length <= at + 120 ? line.length : Math.max(line.lastIndexOf(" ", at + 120), at + 60);
    const cut = (start ? "… " : "") + line.slice(start, end) + (end < line.length ? " …" : "");
    return createElement("p", { className: "snippet", dir: "auto" }, cut);
  }

  function item(row) {
    const entry = card(row);
    entry.append(...[snippet(row)].filter(Boolean));
    return createElement("li", {}, entry);
  }

  // With mode=normal or mode=detailed: adds descriptions and names once the records are loaded.
  function addDetails(rows, entries) {
    if (!showsDetails() || !rows.length) return;
    const requested = query;
    loadRecords(rows).then(records => {
      if (requested !== query) return;
      rows.forEach((row, index) => {
        const [, listed, , detailed] = records[columns.id[row]];
        const names = query.mode === "detailed" && detailed
          ? Object.values(detailed).flat().map(member => member && member.name).filter(Boolean) : [];
        const description = (listed.description || "").trim();
        if (description) entries[index].firstChild.append(createElement("p", { className: "result-description", dir: "auto" }, description));
        if (names.length) entries[index].firstChild.append(createElement("p", { className: "result-names", dir: "auto" }, names.join(" · ")));
      });
    }, showError);
  }

  // Sections of the page.

  function valueOf(parameter) {
    return query.pairs.filter(pair => pair[0] === parameter).map(pair => pair[1]).pop() || "";
  }

  function plural(count) {
    if (!count) return "No events match";
    return count.toLocaleString("en") + (count === 1 ? " event" : " events");
  }

  function showStatus(sentence) {
    if (find("status").textContent !== sentence) find("status").textContent = sentence;
  }

  function showError(problem) {
    showStatus("That did not work: " + problem.message + ".");
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
    const isExpanded = expandedFacets.has(facet.title) || options.length <= MAX_SHOWN_VALUES + 2;
    const shown = isExpanded ? options : options.filter((option, index) => index < MAX_SHOWN_VALUES || chosen.has(option[0]));
    const list = createElement("ul", { className: "count-list" }, ...shown.map(([value, count]) => createElement("li", {},
      link(toggled(facet, value), { ariaCurrent: chosen.has(value) ? "true" : null, id: "facet-" + facet.field + "-" + value },
        createElement("span", { dir: "auto" }, facet.label(value))),
      createElement("span", { className: "count" }, count.toLocaleString("en")))));
    const section = createElement("section", {}, createElement("h2", {}, facet.title), list);
    if (!isExpanded) section.append(moreButton(facet, options.length, rows));
    return section;
  }

  function moreButton(facet, count, rows) {
    const button = createElement("button", { type: "button", className: "more" }, "Show all " + count);
    button.addEventListener("click", () => {
      expandedFacets.add(facet.title);
      const section = showFacet(facet, rows);
      button.parentNode.replaceWith(section);
      section.querySelectorAll("a")[MAX_SHOWN_VALUES].focus();
    });
    return button;
  }

  // The conditions, each with the link that removes it.
  function conditionLabels() {
    return query.conditions.flatMap(condition => {
      const { parameter, values } = condition;
      const facet = FACETS.find(candidate => candidate.names.includes(parameter.name));
      if (facet) return values.map(value => [facet.label(value), toggled(facet, value)]);
      const given = query.pairs.filter(pair => pair[0] === parameter.name).map(pair => pair[1]);
      const what = { q: "anywhere:", search: "in the name:", date__gte: "from", date__lte: "until" }[parameter.name];
      return [[(what || parameter.name) + " " + given.join(" "), changed({ [parameter.name]: [] })]];
    });
  }

  function showConditions() {
    const labels = conditionLabels();
    find("conditions").replaceChildren(...labels.map(([label, href]) => createElement("li", {},
      link(href, { ariaLabel: "Remove " + label, dir: "auto" }, label))));
    if (labels.length > 1) find("conditions").append(createElement("li", {}, link("?", { className: "clear-filters" }, "Clear all")));
    document.title = (labels.length ? labels.map(([label]) => label).join(", ") + " · " : "") + pageTitle;
  }

  function showPager(total) {
    const { offset, limit } = query;
    const to = (start, label, rel) => link("?" + engine.toQueryString(query, { offset: start > 0 ? [start] : [] }), { rel }, label);
    find("pager").replaceChildren(
      offset > 0 ? to(offset - limit, "Previous " + limit, "prev") : "",
      offset + limit < total ? to(offset + limit, "Next " + Math.min(limit, total - offset - limit), "next") : "");
  }

  // The calendar that is nearest to the query, and what it contains.
  function showCalendar() {
    const types = valuesOf(FACETS[0].names).filter(id => table.types[id]);
    const years = valuesOf(["year"]).filter(year => table.years.includes(year));
    const others = query.conditions.length - (types.length ? 1 : 0);
    let [address, label] = ["calendar.ics", "recent and upcoming events of all types"];
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

  function apiUrl() {
    const beyond = table.parameters.filter(parameter => parameter.origin === "archive").map(parameter => [parameter.name, []]);
    const search = engine.toQueryString(query, Object.fromEntries(beyond));
    return table.api + (search && "?" + search);
  }

  // A value from the URL is shown even if it is not among the options.
  function choose(select, value) {
    if (!Array.from(select.options).some(option => option.value === value)) select.append(createElement("option", { value }, value));
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

  function showErrors(errors) {
    const lines = Object.values(errors).flat();
    find("notes").replaceChildren(...lines.map(line => createElement("li", { dir: "auto" }, line)));
    for (const index of ["results", "facets", "pager", "conditions"]) find(index).replaceChildren();
    find("conditions").append(createElement("li", {}, link("?", { className: "clear-filters" }, "Clear all")));
    find("export").hidden = true;
    document.title = pageTitle;
    showStatus("The API would refuse this query.");
  }

  function showResult() {
    const { rows, facetRows } = result;
    const { offset, limit } = query;
    const page = rows.slice(offset, offset + limit);
    const entries = page.map(item);
    find("results").replaceChildren(...entries);
    self.archiveEvents.complete(find("results"));
    find("notes").replaceChildren(...query.notes.map(note => createElement("li", { dir: "auto" }, note)));
    find("facets").replaceChildren(...FACETS.map((facet, index) => showFacet(facet, facetRows[index])));
    find("text").hidden = true;
    find("copied").textContent = "";
    showConditions();
    showPager(rows.length);
    showCalendar();
    addDetails(page, entries);
    const range = page.length ? ", " + (offset + 1) + " to " + (offset + page.length) + " shown" : ", but none on this page";
    showStatus(plural(rows.length) + (rows.length > page.length ? range : ""));
    find("export").hidden = !rows.length;
  }

  function show() {
    const focusedId = document.activeElement && document.activeElement.id;
    const isPaging = find("pager").contains(document.activeElement);
    query = engine.parse(location.search);
    if (Object.keys(query.errors).length) return Promise.resolve(showErrors(query.errors));
    showForm();
    const requested = query;
    const texts = engine.needsTexts(query) ? loadColumns("words") : null;
    return Promise.all([loadColumns("events"), texts]).then(() => {
      if (requested !== query) return;
      result = engine.evaluate(query, FACETS.map(facet => facet.names));
      showResult();
      // Another page of results is read from its start.
      const focused = document.getElementById(isPaging ? "found" : focusedId);
      if (focused) focused.focus({ preventScroll: isPaging });
      if (isPaging) focused.scrollIntoView({ behavior: "instant" });
    }, showError);
  }

  // User input.

  // The filters are open beside the events on a wide screen, and closed above them on a narrow one.
  function openFiltersIfWide() {
    const wide = matchMedia("(min-width: 60em)");
    const update = () => { find("filters").firstElementChild.open = wide.matches; };
    wide.addEventListener("change", update);
    update();
  }

  function bindSearchForm() {
    const form = document.querySelector("[data-search]");
    form.hidden = false;
    form.addEventListener("submit", event => {
      event.preventDefault();
      const text = form.elements.search.value.trim();
      // A URL of the API or of this page is a query.
      const requested = /^(https?|file):|[?&]\w+=/.test(text) ? engine.parse(text) : null;
      if (requested && requested.errors.detail) return showStatus(requested.errors.detail[0]);
      if (requested) return go(new URLSearchParams(requested.pairs || []).toString());
      const wanted = form.elements.anywhere.checked ? "q" : "search";
      go(changed({ search: [], q: [], ...(text && { [wanted]: [text] }) }).slice(1));
    });
  }

  function bindFilters() {
    const form = find("filters");
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("change", event => {
      const { name: control, value } = event.target;
      const parameter = { from: "date__gte", until: "date__lte" }[control] || control;
      // Up to the end of the day.
      const requested = control === "until" && value ? value + "T23:59:59Z" : value;
      go(changed({ [parameter]: requested ? [requested] : [] }).slice(1));
    });
  }

  const EXPORTS = {
    api: () => Promise.resolve([apiUrl(), ""]),
    json: () => loadRecords(result.rows.slice(query.offset, query.offset + query.limit))
      .then(records => [self.archiveExports.json(query, result.rows, records), "events.json", "application/json"]),
    csv: () => Promise.resolve([self.archiveExports.csv(result.rows), "events.csv", "text/csv"]),
    ics: () => {
      const [text, size] = self.archiveExports.ics(result.rows);
      return Promise.resolve([text, "events.ics", "text/calendar", size]);
    },
  };

  function copy(area) {
    area.select();
    const done = () => { find("copied").textContent = "Copied."; };
    if (navigator.clipboard) return navigator.clipboard.writeText(area.value).then(done, () => document.execCommand("copy") && done());
    return document.execCommand("copy") && done();
  }

  // The text is shown as well, to be copied by hand if the browser does not let scripts copy.
  function exportAs(kind) {
    EXPORTS[kind]().then(([text, file, type, size]) => {
      const box = find("text");
      const area = box.querySelector("textarea");
      const save = box.querySelector("a");
      area.value = text || size;
      find("size").textContent = size || "";
      box.hidden = false;
      save.hidden = !file || !text;
      if (save.href) URL.revokeObjectURL(save.href);
      if (file) Object.assign(save, { download: file, href: URL.createObjectURL(new Blob([text], { type })) });
      copy(area);
    }, showError);
  }

  // For tests and the console: a promise of the result of a query.
  engine.run = text => {
    const requested = engine.parse(text);
    if (Object.keys(requested.errors).length) return Promise.resolve({ errors: requested.errors });
    return Promise.all([loadColumns("events"), engine.needsTexts(requested) && loadColumns("words")]).then(() => {
      const { rows } = engine.evaluate(requested);
      const page = rows.slice(requested.offset, requested.offset + requested.limit);
      return { count: rows.length, ids: page.map(row => columns.id[row]), notes: requested.notes };
    });
  };
  root.hidden = false;
  openFiltersIfWide();
  bindSearchForm();
  bindFilters();
  find("export").addEventListener("click", event => event.target.dataset.kind && exportAs(event.target.dataset.kind));
  addEventListener("popstate", show);
  show();
})();
