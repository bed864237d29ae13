// What Node's own modules ask of the made client: that imports name their files.
export default {
  input: process.env.DOCUMENT,
  output: { path: "client", importFileExtension: ".js" },
  plugins: ["@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch"],
};
