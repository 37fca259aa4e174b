import { absolute, all, events, lists } from "../lib/site.js";

const entry = (path, modified) =>
  `<url><loc>${absolute(path)}</loc>${modified ? `<lastmod>${modified}</lastmod>` : ""}</url>`;

export default class {
  data = { permalink: "sitemap.xml" };

  render() {
    return `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${all(Object.values(lists).filter((one) => one.indexable), (one) => entry(one.path, one.modified))}
${all(Object.values(events), (one) => entry(`events/${one.slug}.html`, one.modified))}
</urlset>
`;
  }
}
