// A day's work with the client that @hey-api/openapi-ts makes: hey_api.js URL ADDRESS PASSWORD MARK.
import {
  createToken,
  createUser,
  getOrg,
  getUser,
  listCfSpaces,
  listTestmoUsers,
  listUsers,
  login as logIn,
} from "./client/index.js";
import { client } from "./client/client.gen.js";

declare const process: { argv: string[] };
const [url, email, password, mark] = process.argv.slice(2) as [string, string, string, string];

client.setConfig({ baseUrl: url });
const login = await logIn({ body: { email, password } });
const cookie = login.response!.headers.getSetCookie()[0]!.split(";")[0]!;
const granted = await createToken({
  body: { name: "a day's work", workspaceId: null, expiresAt: null },
  headers: { Cookie: cookie },
});
client.setConfig({ baseUrl: url, auth: ({ scheme }) => (scheme === "bearer" ? granted.data!.data.token : undefined) });

const body = {
  email: `${mark}@example.org`,
  fullName: "Grace Hopper",
  password: "four shelves of green maps",
  roles: ["USER" as const],
};
const made = await createUser({ body });
const again = await createUser({ body });
const short = await createUser({ body: { ...body, password: "short" } });
const absent = await getUser({ path: { userId: "nobody" } });

const rows: string[] = [];
let last = 1;
for (let page = 1; page <= last; page += 1) {
  const found = await listUsers({ query: { page, size: 10 } });
  rows.push(...found.data!.data.map((user) => user.id));
  const meta = found.data!.meta!; // of what was searched for there are no pages with numbers
  last = "totalPages" in meta ? meta.totalPages : page;
}
const inOrg = { "X-User-Id": login.data!.data.id, "X-Org-Id": "ws-northwind", "X-Project-Id": "p-web" };
const org = await getOrg({ headers: inOrg });
const testmo = await listTestmoUsers({ query: { page: 2, per_page: 15 } });
const spaces = await listCfSpaces({ query: { "results-per-page": 2 } });

console.log(
  JSON.stringify({
    caller: login.data!.data.fullName,
    made: [made.data!.data.email, made.data!.data.roles],
    again: [again.response!.status, again.error!.code],
    short: short.error!.code === "VALIDATION_ERROR" ? short.error!.data.map((each) => each.field) : [],
    absent: [absent.response!.status, absent.error!.code],
    rows: [rows.length, new Set(rows).size, rows.includes(made.data!.data.id)],
    org: org.data!.data.org_id,
    testmo: [testmo.data!.page, testmo.data!.result.length],
    spaces: spaces.data!.resources.length,
  }),
);
