import { feeds } from "../lib/site.js";
import { rss } from "../lib/feed.js";

export default class {
  data = {
    ids: Object.keys(feeds),
    pagination: { data: "ids", size: 1, alias: "id" },
    permalink: ({ id }) => `${id}.rss`,
  };

  render({ id }) {
    return rss(id);
  }
}
