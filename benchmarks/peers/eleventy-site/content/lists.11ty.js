import { lists } from "../lib/site.js";
import { listPage } from "../lib/list.js";

export default class {
  data = {
    ids: Object.keys(lists),
    pagination: { data: "ids", size: 1, alias: "id" },
    permalink: ({ id }) => id,
  };

  render({ id }) {
    return listPage(id);
  }
}
