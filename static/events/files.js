// Exports of a result: the API's JSON, CSV and iCalendar.
(function () {
  "use strict";
  const engine = self.archiveQuery;
  const { columns } = engine;

  // The permanent URL of the event; relative to this page if the site has no base URL.
  function page(row) {
    return (self.archiveParts.table.base || "") + "id/" + columns.id[row] + ".html";
  }

  // The response of the API; the records come from data files of their own.
  function json(query, rows, records) {
    const api = self.archiveParts.table.api;
    const at = offset => api + "?" + engine.toQueryString(query, {
      limit: [query.limit], offset: offset > 0 ? [offset] : [],
    });
    const { offset, limit, mode } = query;
    const results = rows.slice(offset, offset + limit).map(row => {
      const [url, listed, normal, detailed] = records[columns.id[row]];
      const responseMode = mode === "detailed" && !detailed ? "normal" : mode;
      // Not by assignment, which a member "__proto__" would not survive.
      return {
        response_mode: responseMode, url, ...listed,
        ...(responseMode !== "list" && normal), ...(responseMode === "detailed" && detailed),
      };
    });
    return JSON.stringify({
      count: rows.length,
      next: offset + limit < rows.length ? at(offset + limit) : null,
      previous: offset > 0 ? at(offset - limit) : null,
      results,
    }, null, 1);
  }

  // Spreadsheets would execute text that looks like a formula.
  function cell(value) {
    const text = value === null ? "" : String(value);
    const harmless = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(harmless) ? '"' + harmless.replace(/"/g, '""') + '"' : harmless;
  }

  function csv(rows) {
    const types = self.archiveParts.table.types;
    const when = seconds => (seconds === null ? null : engine.formatUtc(seconds));
    const lines = rows.map(row => [
      columns.id[row], columns.name[row], types[columns.type[row]][0], when(columns.date[row]),
      self.archiveEvents.at(columns, row).display, columns.place[row], when(columns.last_updated[row]), page(row),
    ]);
    const head = ["id", "name", "type", "date", "date_in_words", "location", "last_updated", "page"];
    return [head].concat(lines).map(line => line.map(cell).join(",") + "\r\n").join("");
  }

  function ics(rows) {
    return self.archiveCalendar.write(rows.map(row => self.archiveEvents.at(columns, row)));
  }

  self.archiveExports = { json, csv, ics };
})();
