// What is asked of the console's modules beside their types (`tsc`), and what the build that joins them rests on.
const sinks = "innerHTML|outerHTML|insertAdjacentHTML|setHTML|setHTMLUnsafe|parseHTMLUnsafe|createContextualFragment|write|writeln|srcdoc";

const restricted = [
  { selector: `MemberExpression[property.name=/^(${sinks})$/]`, message: "What is made of text is made by render.js." },
  { selector: "ImportDefaultSpecifier, ImportNamespaceSpecifier, ExportDefaultDeclaration, ExportAllDeclaration", message: "The build joins modules: named imports and exports alone." },
  { selector: "ExportNamedDeclaration[declaration=null]", message: "Export where it is declared." },
  { selector: "ExportNamedDeclaration > VariableDeclaration[kind!='const']", message: "What is exported stays what it is." },
  { selector: "CallExpression[callee.name=/^(eval|Function|alert|confirm|prompt)$/]", message: "Neither text that runs nor the browser's own dialogs." },
];
const dynamic = { selector: "ImportExpression", message: "Pages and texts are loaded by app.js alone." };
const fetching = { selector: "CallExpression[callee.name='fetch'], NewExpression[callee.name=/^(XMLHttpRequest|WebSocket|EventSource)$/], MemberExpression[property.name='sendBeacon']", message: "api.js alone speaks to the server." };

/** Imports keep their names: the build puts modules of one file into one scope. */
const plugin = {
  rules: {
    "no-renamed-imports": {
      create: (context) => ({
        ImportSpecifier(node) {
          if (node.imported.name !== node.local.name) context.report({ node, message: "The build joins modules: an import keeps its name." });
        },
      }),
    },
  },
};

export default [
  { linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true } },
  {
    files: ["console/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    plugins: { roster: plugin },
    rules: {
      "array-callback-return": "error",
      "eqeqeq": "error",
      "no-alert": "error",
      "no-async-promise-executor": "error",
      "no-console": "error",
      "no-constant-binary-expression": "error",
      "no-constructor-return": "error",
      "no-debugger": "error",
      "no-dupe-else-if": "error",
      "no-dupe-keys": "error",
      "no-duplicate-imports": "error",
      "no-empty": "error",
      "no-eval": "error",
      "no-fallthrough": "error",
      "no-implied-eval": "error",
      "no-inline-comments": ["error", { ignorePattern: "^\\*\\s*@(type|param|returns|satisfies)" }],
      "no-lonely-if": "error",
      "no-new-func": "error",
      "no-restricted-syntax": ["error", ...restricted, dynamic, fetching],
      "no-script-url": "error",
      "no-self-compare": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unreachable": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_", varsIgnorePattern: "^_$", caughtErrors: "none" }],
      "no-useless-assignment": "error",
      "no-useless-escape": "error",
      "no-useless-rename": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": ["error", "properties"],
      "prefer-const": ["error", { destructuring: "all" }],
      "roster/no-renamed-imports": "error",
      "use-isnan": "error",
    },
  },
  { files: ["console/app.js"], rules: { "no-restricted-syntax": ["error", ...restricted, fetching] } },
  { files: ["console/api.js"], rules: { "no-restricted-syntax": ["error", ...restricted, dynamic] } },
];
