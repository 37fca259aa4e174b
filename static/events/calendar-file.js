// Writes a calendar (iCalendar, RFC 5545) of events, with the UIDs, dates and revisions that they have
// in the archive's own calendars: imported again, they are updated and not doubled.
(function () {
  "use strict";
  // Folds a content line after 75 octets (section 3.1).
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

  // A TEXT value (section 3.3.11), without the control characters that it must not have.
  function text(value) {
    return value.replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, "\n").replace(/[\0-\x08\x0e-\x1f\x7f-\x9f]/g, "")
      .replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");
  }

  function instant(seconds) {
    return new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "") + "Z";
  }

  function component(event, base, credit) {
    const { days, display, name } = event;
    const [start, end] = days ? days.map(day => ";VALUE=DATE:" + day)
      : [event.start, event.start + event.length].map(seconds => ":" + instant(seconds));
    const url = base && base + "id/" + event.id + ".html";
    return [
      "BEGIN:VEVENT",
      "UID:ll2-event-" + event.id + "@events-archive",
      "DTSTAMP:" + instant(event.modified),
      "LAST-MODIFIED:" + instant(event.modified),
      "SEQUENCE:" + event.sequence,
      "STATUS:" + event.status,
      "TRANSP:TRANSPARENT",
      "DTSTART" + start,
      "DTEND" + end,
      "SUMMARY:" + text(days ? name + " (" + display + ")" : name),
      "DESCRIPTION:" + text([display, url, credit].filter(Boolean).join("\n\n")),
      "CATEGORIES:" + text(event.type),
      event.place && "LOCATION:" + text(event.place),
      url && "URL:" + url,
      "END:VEVENT",
    ].filter(Boolean).map(fold).join("");
  }

  function count(number) {
    return number.toLocaleString("en") + (number === 1 ? " event" : " events");
  }

  // How large a calendar is, and whether calendar programs may find it too large.
  function describe(content, dated, undated) {
    const [mostEvents, mostBytes] = self.archiveParts.table.calendar.limits;
    const bytes = new TextEncoder().encode(content).length;
    const sentences = [count(dated) + ", " + Math.ceil(bytes / 1000).toLocaleString("en") + " kB."];
    if (undated) sentences.push("Left out because the date is unknown: " + count(undated) + ".");
    if (dated > mostEvents || bytes > mostBytes) {
      sentences.push("Some calendar programs take no more than " + count(mostEvents) + " or " + mostBytes / 1e6 + " MB.");
    }
    return sentences.join(" ");
  }

  // A calendar and a description of its size; the calendar is "" if none of the events has a date.
  function write(events) {
    const { base, title, calendar: { product, credit } } = self.archiveParts.table;
    const dated = events.filter(event => event.days || event.start !== null);
    if (!dated.length) return ["", "None of these events has a date."];
    const head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:" + product, "X-WR-CALNAME:" + text(title)];
    const content = head.map(fold).join("") + dated.map(event => component(event, base, credit)).join("") + "END:VCALENDAR\r\n";
    return [content, describe(content, dated.length, events.length - dated.length)];
  }

  self.archiveCalendar = { write };
})();
