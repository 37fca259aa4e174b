// Exports of a result: the API's JSON, CSV and iCalendar.
(function () {
  "use strict";
  const engine = self.archiveQuery;
  const { columns } = engine;

  function stem(row) {
    return columns.stem[row] || columns.slug[row];
  }

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
      self.archiveDisplay.dateText(row), columns.place[row], when(columns.last_updated[row]), page(row),
    ]);
    const head = ["id", "name", "type", "date", "date_in_words", "location", "last_updated", "page"];
    return [head].concat(lines).map(line => line.map(cell).join(",") + "\r\n").join("");
  }

  // Folds a content line after 75 octets (RFC 5545 section 3.1).
  function fold(line) {
    let folded = "";
    let octets = 0;
    for (const character of line) {
      const size = new TextEncoder().encode(character).length;
      if (octets + size > 75) {
        folded += "\r\n ";
        octets = 1;
      }
      folded += character;
      octets += size;
    }
    return folded + "\r\n";
  }

  function text(value) {
    return value.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");
  }

  function formatInstant(seconds) {
    return engine.formatUtc(seconds).replace(/[-:]/g, "");
  }

  // As in the archive's calendars: whole days for an imprecise date, else the type's default duration.
  function when(row, length) {
    const [, start, end] = columns.date_text[row] || [];
    if (end) return ["DTSTART;VALUE=DATE:" + start, "DTEND;VALUE=DATE:" + end];
    const begin = start || Math.floor(columns.date[row] / 60) * 60;
    return ["DTSTART:" + formatInstant(begin), "DTEND:" + formatInstant(begin + length)];
  }

  function component(row) {
    const table = self.archiveParts.table;
    const [type, , , length] = table.types[columns.type[row]];
    const updated = columns.last_updated[row];
    // The same UID as in the archive's calendars, so that programs do not show an event twice.
    const lines = ["BEGIN:VEVENT", "UID:ll2-event-" + columns.id[row] + "@events-archive"];
    lines.push("DTSTAMP:" + formatInstant(updated === null ? 1546300800 : updated), ...when(row, length));
    const isCoarse = columns.date_text[row] && columns.date_text[row][2];
    const name = columns.name[row] + (isCoarse ? " (" + self.archiveDisplay.dateText(row) + ")" : "");
    lines.push("SUMMARY:" + text(name), "CATEGORIES:" + text(type));
    lines.push("TRANSP:TRANSPARENT");
    if (columns.place[row]) lines.push("LOCATION:" + text(columns.place[row]));
    if (table.base) lines.push("URL:" + page(row));
    return lines.concat("END:VEVENT").map(fold).join("");
  }

  // Events without a date are left out.
  function ics(rows) {
    const dated = rows.filter(row => columns.date[row] !== null);
    if (!dated.length) return "";
    const head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Spaceflight Events Archive//EN"];
    head.push("X-WR-CALNAME:" + text(self.archiveParts.table.title));
    return head.map(fold).join("") + dated.map(component).join("") + "END:VCALENDAR\r\n";
  }

  self.archiveExports = { json, csv, ics, stem };
})();
