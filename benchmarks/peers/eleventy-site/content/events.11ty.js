import { events } from "../lib/site.js";
import { eventPage } from "../lib/event.js";

export default class {
  data = {
    ids: Object.keys(events),
    pagination: { data: "ids", size: 1, alias: "id" },
    permalink: ({ id }) => `events/${events[id].slug}.html`,
  };

  render({ id }) {
    return eventPage(id);
  }
}
