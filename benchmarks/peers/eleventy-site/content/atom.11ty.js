import { feeds } from "../lib/site.js";
import { atom } from "../lib/feed.js";

export default class {
  data = {
    ids: Object.keys(feeds),
    pagination: { data: "ids", size: 1, alias: "id" },
    permalink: ({ id }) => `${id}.atom`,
  };

  render({ id }) {
    return atom(id);
  }
}
