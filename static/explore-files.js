// What can be taken along from an answer: the API's own JSON, a table, a calendar.
(function () {
  "use strict";
  const questions = self.archiveQuestions;
  const { columns } = questions;

  function stem(row) {
    return columns.stem[row] || columns.slug[row];
  }

  // Where the event's page is: on the web where the site knows its place, else beside this one.
  function page(row) {
    return (self.archiveParts.table.base || "") + "events/" + stem(row) + ".html";
  }

  // The API's envelope around the records, which lie in parts of their own.
  function json(question, rows, records) {
    const api = self.archiveParts.table.api;
    const at = offset => api + "?" + questions.query(question, {
      limit: [question.limit], offset: offset > 0 ? [offset] : [],
    });
    const { offset, limit, mode } = question;
    const results = rows.slice(offset, offset + limit).map(row => {
      const [url, listed, normal, detailed] = records[columns.id[row]];
      const told = mode === "detailed" && !detailed ? "normal" : mode;
      return Object.assign({ response_mode: told, url }, listed,
        told !== "list" && normal, told === "detailed" && detailed);
    });
    return JSON.stringify({
      count: rows.length,
      next: offset + limit < rows.length ? at(offset + limit) : null,
      previous: offset > 0 ? at(offset - limit) : null,
      results,
    }, null, 1);
  }

  // A spreadsheet would run what looks like a formula.
  function cell(value) {
    const text = value === null ? "" : String(value);
    const harmless = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(harmless) ? '"' + harmless.replace(/"/g, '""') + '"' : harmless;
  }

  function csv(rows) {
    const types = self.archiveParts.table.types;
    const when = seconds => (seconds === null ? null : questions.stamp(seconds));
    const lines = rows.map(row => [
      columns.id[row], columns.name[row], types[columns.type[row]][0], when(columns.date[row]),
      self.archiveShow.words(row), columns.place[row], when(columns.last_updated[row]), page(row),
    ]);
    const head = ["id", "name", "type", "date", "date_in_words", "location", "last_updated", "page"];
    return [head].concat(lines).map(line => line.map(cell).join(",") + "\r\n").join("");
  }

  // A content line of iCalendar: no more than 75 octets before it goes on in the next (RFC 5545).
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

  function instant(seconds) {
    return questions.stamp(seconds).replace(/[-:]/g, "");
  }

  // As in the archive's own calendars: whole days for a coarse date, else the type's usual length.
  function when(row, length) {
    const [, start, end] = columns.said[row] || [];
    if (end) return ["DTSTART;VALUE=DATE:" + start, "DTEND;VALUE=DATE:" + end];
    const begin = start || Math.floor(columns.date[row] / 60) * 60;
    return ["DTSTART:" + instant(begin), "DTEND:" + instant(begin + length)];
  }

  function component(row) {
    const table = self.archiveParts.table;
    const [type, , , length] = table.types[columns.type[row]];
    const updated = columns.last_updated[row];
    // The same identity as in the archive's own calendars, so that no event is ever there twice.
    const lines = ["BEGIN:VEVENT", "UID:ll2-event-" + columns.id[row] + "@events-archive"];
    lines.push("DTSTAMP:" + instant(updated === null ? 1546300800 : updated), ...when(row, length));
    const isCoarse = columns.said[row] && columns.said[row][2];
    const name = columns.name[row] + (isCoarse ? " (" + self.archiveShow.words(row) + ")" : "");
    lines.push("SUMMARY:" + text(name), "CATEGORIES:" + text(type));
    lines.push("TRANSP:TRANSPARENT");
    if (columns.place[row]) lines.push("LOCATION:" + text(columns.place[row]));
    if (table.base) lines.push("URL:" + page(row));
    return lines.concat("END:VEVENT").map(fold).join("");
  }

  // An event without any date is in no calendar.
  function ics(rows) {
    const dated = rows.filter(row => columns.date[row] !== null);
    if (!dated.length) return "";
    const head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Spaceflight Events Archive//EN"];
    head.push("X-WR-CALNAME:" + text(self.archiveParts.table.title));
    return head.map(fold).join("") + dated.map(component).join("") + "END:VCALENDAR\r\n";
  }

  self.archiveFiles = { json, csv, ics, stem };
})();
