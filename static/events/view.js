// The search page: shows the result of the query in the URL. Every choice is a link to another query.
// Text from events and from the URL is inserted as text, never as markup.
(function () {
  "use strict";
  const engine = self.archiveQuery;
  const { columns } = engine;
  const { createElement } = self.archiveEvents;
  const parts = self.archiveParts;
  const table = parts.table;
  const root = document.querySelector("[data-explore]");
  if (!root) return;
  const find = name => root.querySelector("[data-" + name + "]");
  const MAX_SHOWN_VALUES = 8;
  const name = (names, kind) => id => names[id] || kind + " " + id;
  const last = list => list[list.length - 1];
  // The facets: column, parameters that filter it (the first one is used in links), and whether that
  // parameter is repeated for several values instead of taking a list.
  const FACETS = [
    { title: "Type", field: "type", names: ["type__ids", "type"], label: id => (table.types[id] || ["Type " + id])[0] },
    { title: "Year", field: "year", names: ["year"], label: String, inOrder: true },
    { title: "Place", field: "places", names: ["place"], label: String, repeated: true },
    { title: "Agency", field: "agencies", names: ["agency__ids"], label: name(table.agencies, "Agency") },
    { title: "Programme", field: "programs", names: ["program", "program__ids"], label: name(table.programs, "Programme"), repeated: true },
  ];
  const pageTitle = document.title;
  let query;
  let result;
  let found;

  // Loading.

  const loading = {};
  function load(part) {
    loading[part] = loading[part] || new Promise((done, failed) => {
      const script = createElement("script", { src: root.dataset.explore + "data/" + part + ".js", onload: done });
      script.onerror = () => failed(new Error("data/" + part + ".js"));
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

  let searching;
  function loadSearch() {
    searching = searching || Promise.all([load("search"), loadColumns("events")])
      .then(() => self.archiveSearch.prepare(parts.search));
    return searching;
  }

  // Loads what the query needs, and evaluates it at a POSIX time.
  function evaluate(query, now) {
    const needed = [loadColumns("events"), engine.needsTexts(query) && loadColumns("words"), query.words && loadSearch()];
    return Promise.all(needed).then(() => {
      const found = query.words ? self.archiveSearch.search(query.words, now) : null;
      return [engine.evaluate(query, { found: found && found.rows, facets: FACETS.map(facet => facet.names), now }), found];
    });
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

  // Every change but that of the page leads to the first page. Without words, what is near is first.
  function changed(changes) {
    const ordering = query.pairs.length || changes.q ? {} : { ordering: ["nearest"] };
    return "?" + engine.toQueryString(query, { offset: [], ...ordering, ...changes });
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
    const event = { ...self.archiveEvents.at(columns, row), place: last(columns.places[row]) };
    return self.archiveEvents.card(event, root.dataset.explore);
  }

  // Whether more than name, date and place of each event is shown.
  function showsDetails() {
    return valueOf("mode") && query.mode !== "list";
  }

  // Of an event that has a word in its description alone, that is shown.
  function isFoundInText(row) {
    return found && found.inText.has(row) && !showsDetails();
  }

  function item(row) {
    const entry = card(row);
    if (isFoundInText(row)) {
      const text = columns.text[row];
      const start = text.lastIndexOf(" ", Math.max(found.place(text) - 50, 0)) + 1;
      entry.append(description("snippet", (start ? "… " : "") + text.slice(start)));
    }
    return entry;
  }

  function description(className, text) {
    return text && createElement("p", { className, dir: "auto" }, text);
  }

  // With mode=normal or mode=detailed: adds descriptions and names once the records are loaded.
  function addDetails(rows) {
    if (!showsDetails()) return;
    const requested = query;
    loadRecords(rows).then(records => {
      if (requested !== query) return;
      rows.forEach((row, index) => {
        const [, listed, , detailed] = records[columns.id[row]];
        const names = query.mode === "detailed" && detailed
          ? Object.values(detailed).flat().map(member => member && member.name).filter(Boolean) : [];
        find("results").children[index].firstChild.append(
          description("result-description", (listed.description || "").trim()), description("result-names", names.join(" · ")));
      });
    }, showError);
  }

  // Sections of the page.

  // Each item is a child of its line, or a list of such.
  function fill(name, items) {
    find(name).replaceChildren(...items.map(item => createElement("li", { dir: "auto" }, ...[].concat(item))));
  }

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
    showStatus("Could not load: " + problem.message + ".");
  }

  function showFacet(facet, rows) {
    const counts = new Map();
    for (const row of rows) {
      // Of a place, the archive's own name: that of the API is many.
      const value = facet.field === "places" ? last(columns.places[row]) : columns[facet.field][row];
      for (const one of [].concat(value)) counts.set(one, (counts.get(one) || 0) + 1);
    }
    counts.delete(null);
    counts.delete("");
    const chosen = valuesOf(facet.names);
    chosen.forEach(value => counts.has(value) || counts.set(value, 0));
    const options = engine.best(Array.from(counts), ([value, count]) => (facet.inOrder ? [-value] : [-count, facet.label(value)]));
    const isFirst = ([value], index) => index < MAX_SHOWN_VALUES || options.length <= MAX_SHOWN_VALUES + 2 || chosen.includes(value);
    const list = options => createElement("ul", { className: "count-list" }, ...options.map(([value, count]) => createElement("li", {},
      link(toggled(facet, value), { ariaCurrent: chosen.includes(value) ? "true" : null, id: "facet-" + facet.field + "-" + value },
        createElement("span", { dir: "auto" }, facet.label(value))),
      createElement("span", { className: "count" }, count.toLocaleString("en")))));
    const others = options.filter((option, index) => !isFirst(option, index));
    const section = createElement("section", {}, createElement("h2", {}, facet.title), list(options.filter(isFirst)));
    if (others.length) section.append(createElement("details", {}, createElement("summary", {}, others.length + " more"), list(others)));
    return section;
  }

  // What was understood of the words, and the conditions; each with the link that removes it.
  function conditionLabels() {
    const concepts = found ? found.concepts : [];
    const words = concepts.map(concept => {
      const rest = concepts.filter(other => other !== concept).map(other => other.raw).join(" ");
      const label = concept.raw + (concept.shown && " → " + concept.shown);
      return [label, changed({ q: rest ? [rest] : [] }), found.missing.includes(concept.raw)];
    });
    return words.concat(query.conditions.flatMap(condition => {
      const { parameter, values } = condition;
      const facet = FACETS.find(candidate => candidate.names.includes(parameter.name));
      if (facet) return values.map(value => [facet.label(value), toggled(facet, value)]);
      const given = query.pairs.filter(pair => pair[0] === parameter.name).map(pair => pair[1]);
      const what = { search: "in the name:", date__gte: "from", date__lte: "until" }[parameter.name];
      return [[(what || parameter.name) + " " + given.join(" "), changed({ [parameter.name]: [] })]];
    }));
  }

  function showConditions() {
    const labels = conditionLabels();
    const chips = labels.map(([label, href, isMissing]) => link(href, { ariaLabel: "Remove " + label, className: isMissing ? "missing" : "" }, label));
    fill("conditions", chips.length > 1 ? chips.concat(clearLink()) : chips);
    const shown = labels.slice(found ? found.concepts.length : 0).map(([label]) => label);
    const title = [query.words.slice(0, 60)].concat(shown).filter(Boolean).join(", ");
    document.title = (title && title + " · ") + pageTitle;
  }

  function clearLink() {
    return link("?", { className: "clear-filters" }, "Clear all");
  }

  function showPages() {
    fill("pages", (found ? found.pages : []).map(({ name, kind, path }) => [
      createElement("a", { href: root.dataset.explore + path }, name), " ", createElement("span", { className: "count" }, kind[1])]));
  }

  // Sentences, some of which offer another search.
  function showNotes(total) {
    const wider = (label, words) => link("?" + new URLSearchParams({ q: words }), {}, label);
    const notes = query.notes.concat(found ? found.notes : []);
    if (!total && found && found.rows.length && query.conditions.length) {
      notes.push(wider(plural(found.rows.length) + " without the filters", query.words));
    }
    const inNames = valueOf("search");
    if (!total && inNames) notes.push([wider("Search for “" + inNames + "” everywhere", inNames), ", not only in names"]);
    fill("notes", notes);
    find("ways").hidden = total && query.pairs.length;
  }

  function showPager(total) {
    const { offset, limit } = query;
    const to = (start, label, rel) => link("?" + engine.toQueryString(query, { offset: start > 0 ? [start] : [] }), { rel }, label);
    find("pager").replaceChildren(
      offset > 0 ? to(offset - limit, "Previous " + limit, "prev") : "",
      offset + limit < total ? to(offset + limit, "Next " + Math.min(limit, total - offset - limit), "next") : "");
  }

  // The calendar that is nearest to the query.
  function showCalendar() {
    const only = names => (valuesOf(names).length === 1 ? valuesOf(names)[0] : null);
    const type = table.types[only(FACETS[0].names)];
    const year = table.years.find(year => year === only(["year"]));
    const address = (type ? "types/" + type[1] : year ? "years/" + year : "calendar") + ".ics";
    find("calendar").href = table.base ? table.base.replace(/^https?:/, "webcal:") + address : root.dataset.explore + address;
    find("calendar").textContent = type ? type[0] : year || "recent and upcoming events";
  }

  function apiUrl() {
    const beyond = table.parameters.filter(parameter => parameter.origin === "archive").map(parameter => [parameter.name, []]);
    const search = engine.toQueryString(query, { ...Object.fromEntries(beyond), ...(valueOf("ordering") === "nearest" && { ordering: [] }) });
    return table.api + (search && "?" + search);
  }

  // A value from the URL is shown even if it is not among the options.
  function choose(select, value) {
    if (!Array.from(select.options).some(option => option.value === value)) select.append(createElement("option", { value }, value));
    select.value = value;
  }

  function showForm() {
    document.querySelector("[data-search]").elements.q.value = query.words || valueOf("search");
    find("filters").ordering.options[0].text = query.words ? "Best match" : "Oldest first";
    for (const control of ["ordering", "limit", "mode"]) choose(find("filters")[control], valueOf(control));
    find("filters").from.value = valueOf("date__gte").slice(0, 10);
    find("filters").until.value = valueOf("date__lte").slice(0, 10);
  }

  function showErrors(errors) {
    for (const list of ["results", "facets", "pager", "pages"]) fill(list, []);
    fill("notes", Object.values(errors).flat());
    fill("conditions", [clearLink()]);
    find("export").hidden = true;
    document.title = pageTitle;
    showStatus("The API would refuse this query.");
  }

  function showResult() {
    const { rows, facetRows } = result;
    const { offset, limit } = query;
    // Nothing is asked for: no list, but ways to search.
    const page = query.pairs.length ? rows.slice(offset, offset + limit) : [];
    fill("results", page.map(item));
    self.archiveEvents.complete(find("results"));
    find("facets").replaceChildren(...FACETS.map((facet, index) => showFacet(facet, facetRows[index])));
    find("text").hidden = true;
    find("copied").textContent = "";
    showConditions();
    showPages();
    showNotes(rows.length);
    showPager(page.length ? rows.length : 0);
    showCalendar();
    addDetails(page);
    const pages = Math.ceil(rows.length / limit);
    const range = page.length ? ", " + (offset + 1) + " to " + (offset + page.length) + " shown"
      : "; there " + (pages === 1 ? "is only 1 page" : "are only " + pages + " pages");
    showStatus(plural(rows.length) + (query.pairs.length && rows.length > page.length ? range : ""));
    find("export").hidden = !page.length;
  }

  function show() {
    const focused = document.activeElement;
    const isPaging = find("pager").contains(focused);
    query = engine.parse(location.search);
    if (Object.keys(query.errors).length) return Promise.resolve(showErrors(query.errors));
    showForm();
    const requested = query;
    return evaluate(query, Date.now() / 1000).then(([evaluated, search]) => {
      if (requested !== query) return null;
      [result, found] = [evaluated, search];
      return result.rows.slice(query.offset, query.offset + query.limit).some(isFoundInText) && loadColumns("words");
    }).then(() => {
      if (requested !== query) return;
      showResult();
      // Another page of results, and those of another search, are read from their start.
      const same = !isPaging && document.getElementById(focused.id);
      if (same) same.focus();
      else if (!focused.isConnected || isPaging) document.getElementById("found").focus({ preventScroll: true });
      if (isPaging) document.getElementById("found").scrollIntoView({ behavior: "instant" });
    }).catch(showError);
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
      const text = form.elements.q.value.trim();
      const pasted = engine.isQuery(text) && engine.parse(text);
      if (pasted && pasted.errors.detail) return showStatus(pasted.errors.detail[0]);
      // A phone takes its keyboard away.
      document.getElementById("found").focus({ preventScroll: true });
      go(pasted ? new URLSearchParams(pasted.pairs || []).toString() : changed({ search: [], q: text ? [text] : [] }).slice(1));
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
  engine.run = (text, now) => {
    const requested = engine.parse(text);
    if (Object.keys(requested.errors).length) return Promise.resolve({ errors: requested.errors });
    return evaluate(requested, now).then(([{ rows }, found]) => {
      const page = rows.slice(requested.offset, requested.offset + requested.limit);
      return { count: rows.length, ids: page.map(row => columns.id[row]), notes: requested.notes, found };
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
