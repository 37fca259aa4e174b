// Feeds in three formats.
import { absolute, all, altOf, esc, events, feeds, pictures, site, types } from "./site.js";

const contents = new Map();
function content(id) {
  if (!contents.has(id)) contents.set(id, tell(events[id]));
  return contents.get(id);
}

function tell(event) {
  const picture = pictures[event.picture];
  const links = [...(event.videos ?? []), ...(event.links ?? [])];
  return `${
    picture
      ? `<figure><img src="${absolute(picture.src)}" width="${picture.shownWidth}" height="${picture.shownHeight}" alt="${esc(altOf(picture, event))}">
${picture.credit ? `<figcaption>Picture: ${esc(picture.credit)}${picture.licence?.url ? ` (<a href="${esc(picture.licence.url)}">${esc(picture.licence.name)}</a>)` : ""}</figcaption>\n` : ""}</figure>\n`
      : ""
  }<p><strong>${esc(types[event.type].name)}</strong>, ${esc(event.date.words)}${event.location ? `, ${esc(event.location)}` : ""}</p>
${event.html ?? ""}
${links.length ? `<ul>\n${all(links, (one) => `<li><a href="${esc(one.url)}">${esc(one.label)}</a>${one.title ? ` (${esc(one.host)})` : ""}</li>`)}\n</ul>\n` : ""}<p>Data: <a href="https://thespacedevs.com/llapi">Launch Library 2</a> by The Space Devs</p>`;
}

const media = (picture) =>
  `<media:content url="${absolute(picture.src)}" type="image/webp" medium="image" fileSize="${picture.octets}" width="${picture.shownWidth}" height="${picture.shownHeight}">${picture.credit ? `<media:credit>${esc(picture.credit)}</media:credit>` : ""}${picture.licence?.url ? `<media:license type="text/html" href="${esc(picture.licence.url)}">${esc(picture.licence.name)}</media:license>` : ""}</media:content>`;

export function rss(stem) {
  const feed = feeds[stem];
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>${esc(feed.title)}</title>
<link>${feed.home}</link>
<description>${esc(feed.description)}</description>
<language>en</language>
<generator>Spaceflight Events Archive</generator>
<docs>https://www.rssboard.org/rss-specification</docs>
<atom:link rel="self" type="application/rss+xml" href="${feed.rss}"/>
${feed.older ? `<atom:link rel="prev-archive" type="application/rss+xml" href="${feed.older}.rss"/>` : ""}
<lastBuildDate>${feed.built}</lastBuildDate>
${all(feed.entries, (entry) => {
  const event = events[entry.id];
  const picture = pictures[event.picture];
  return `<item>
<pubDate>${entry.publishedInWords}</pubDate>
<atom:updated>${entry.updated}</atom:updated>
<guid isPermaLink="false">${entry.identity}</guid>
<title>${esc(entry.title)}</title>
<link>${absolute(`events/${event.stem}.html`)}</link>
<description>${esc(esc(event.description))}</description>
<content:encoded>${esc(content(entry.id))}</content:encoded>
<category>${esc(types[event.type].name)}</category>
${picture ? `<enclosure url="${absolute(picture.src)}" length="${picture.octets}" type="image/webp"/>\n${media(picture)}` : ""}
</item>`;
})}
</channel>
</rss>
`;
}

export function atom(stem) {
  const feed = feeds[stem];
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en">
<id>${feed.identity}</id>
<title>${esc(feed.title)}</title>
<subtitle>${esc(feed.description)}</subtitle>
<updated>${feed.updated}</updated>
<author><name>${esc(site.title)}</name></author>
<generator>Spaceflight Events Archive</generator>
<link rel="alternate" type="text/html" href="${feed.home}"/>
<link rel="self" type="application/atom+xml" href="${feed.atom}"/>
${feed.older ? `<link rel="prev-archive" type="application/atom+xml" href="${feed.older}.atom"/>` : ""}
${all(feed.entries, (entry) => {
  const event = events[entry.id];
  const picture = pictures[event.picture];
  return `<entry>
<published>${entry.published}</published>
<updated>${entry.updated}</updated>
<id>${entry.identity}</id>
<title>${esc(entry.title)}</title>
<link rel="alternate" type="text/html" href="${absolute(`events/${event.stem}.html`)}"/>
<summary>${esc(event.description)}</summary>
<content type="html">${esc(content(entry.id))}</content>
<category term="${esc(types[event.type].name)}"/>
${picture ? `<link rel="enclosure" type="image/webp" length="${picture.octets}" href="${absolute(picture.src)}"/>\n${media(picture)}` : ""}
</entry>`;
})}
</feed>
`;
}

export function json(stem) {
  const feed = feeds[stem];
  return JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: feed.title,
    home_page_url: feed.home,
    feed_url: feed.json,
    description: feed.description,
    authors: [{ name: site.title, url: site.baseUrl }],
    language: "en",
    items: feed.entries.map((entry) => {
      const event = events[entry.id];
      const picture = pictures[event.picture];
      const url = picture && absolute(picture.src);
      return {
        date_published: entry.published,
        date_modified: entry.updated,
        id: entry.identity,
        url: absolute(`events/${event.stem}.html`),
        title: entry.title,
        summary: event.description,
        content_html: content(entry.id),
        tags: [types[event.type].name],
        image: url,
        attachments: picture && [
          {
            url,
            mime_type: "image/webp",
            title: picture.credit && `Picture: ${picture.credit}`,
            size_in_bytes: picture.octets,
          },
        ],
      };
    }),
  });
}
