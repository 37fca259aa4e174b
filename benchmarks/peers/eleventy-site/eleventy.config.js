// Everything is made by JavaScript templates, Eleventy's fastest kind; other kinds are switched off.
export default function (config) {
  config.setTemplateFormats(["11ty.js"]);
  config.setQuietMode(true);
  config.addPassthroughCopy({ static: "/" });
  return { dir: { input: "content", includes: "../lib" } };
}
