import { feeds } from "../lib/site.js";
import { json } from "../lib/feed.js";

export default class {
  data = {
    ids: Object.keys(feeds),
    pagination: { data: "ids", size: 1, alias: "id" },
    permalink: ({ id }) => `${id}${feeds[id].jsonSuffix}`,
  };

  render({ id }) {
    return json(id);
  }
}
