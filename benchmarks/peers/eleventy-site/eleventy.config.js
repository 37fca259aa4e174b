// Only JavaScript templates are enabled, Eleventy's fastest template language.
export default function (config) {
  config.setTemplateFormats(["11ty.js"]);
  config.setQuietMode(true);
  config.addPassthroughCopy({ static: "/" });
  return { dir: { input: "content", includes: "../lib" } };
}
