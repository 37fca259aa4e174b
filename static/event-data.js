// Reads an event from the columns of the data files.
(function () {
  "use strict";
  const MONTHS = "January February March April May June July August September October November December".split(" ");

  // "4 July 2021, 00:11 UTC", from POSIX seconds.
  function minute(seconds) {
    const date = new Date(seconds * 1000);
    return date.getUTCDate() + " " + MONTHS[date.getUTCMonth()] + " " + date.getUTCFullYear() +
      ", " + date.toISOString().slice(11, 16) + " UTC";
  }

  // A place is its name, or its number in the file's list of places. `days` are the first day and the
  // day after the last, as "20210704", of an event whose time is not known.
  function at(columns, row) {
    const table = self.archiveParts.table;
    const type = table.types[columns.type[row]];
    const [display, start, after] = columns.date_text[row] || [];
    const date = columns.date[row];
    const place = columns.place[row];
    const modified = columns.modified[row];
    return {
      id: columns.id[row],
      name: columns.name[row],
      stem: columns.stem[row] || columns.slug[row],
      type: type[0],
      category: type[2],
      length: type[3],
      place: typeof place === "number" ? columns.places[place] : place,
      display: display || minute(date),
      start: after || date === null ? null : start || Math.floor(date / 60) * 60,
      days: after ? [start, after] : null,
      modified,
      sequence: columns.revision[row] + modified - table.firstDate,
      status: columns.tentative[row] ? "TENTATIVE" : "CONFIRMED",
    };
  }

  self.archiveEvents = { at };
})();
