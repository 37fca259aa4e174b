import { absolute } from "../lib/site.js";

export default class {
  data = { permalink: "robots.txt" };

  render() {
    return `User-agent: *\nAllow: /\nSitemap: ${absolute("sitemap.xml")}\n`;
  }
}
