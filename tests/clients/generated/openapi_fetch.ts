// A day's work with the types that openapi-typescript makes: openapi_fetch.js URL ADDRESS PASSWORD MARK.
import createClient from "openapi-fetch";

import type { paths } from "./schema.js";

declare const process: { argv: string[] };
const [url, email, password, mark] = process.argv.slice(2) as [string, string, string, string];

const anybody = createClient<paths>({ baseUrl: url });
const login = await anybody.POST("/api/auth/login", { body: { email, password } });
const cookie = login.response.headers.getSetCookie()[0]!.split(";")[0]!;
const granted = await anybody.POST("/api/auth/tokens", {
  body: { name: "a day's work", workspaceId: null, expiresAt: null },
  headers: { Cookie: cookie },
});

const client = createClient<paths>({
  baseUrl: url,
  headers: { Authorization: `Bearer ${granted.data!.data.token}` },
});
const body = {
  email: `${mark}@example.org`,
  fullName: "Grace Hopper",
  password: "four shelves of green maps",
  roles: ["USER" as const],
};
const made = await client.POST("/api/admin/users", { body });
const again = await client.POST("/api/admin/users", { body });
const short = await client.POST("/api/admin/users", { body: { ...body, password: "short" } });
const absent = await client.GET("/api/admin/users/{userId}", { params: { path: { userId: "nobody" } } });

const rows: string[] = [];
let last = 1;
for (let page = 1; page <= last; page += 1) {
  const found = await client.GET("/api/admin/users", { params: { query: { page, size: 10 } } });
  rows.push(...found.data!.data.map((user) => user.id));
  const meta = found.data!.meta!; // of what was searched for there are no pages with numbers
  last = "totalPages" in meta ? meta.totalPages : page;
}
const inOrg = { "X-User-Id": login.data!.data.id, "X-Org-Id": "ws-northwind", "X-Project-Id": "p-web" };
const org = await client.GET("/minimal/rest/user/v1/org", { params: { header: inOrg } });
const testmo = await client.GET("/api/v1/users", { params: { query: { page: 2, per_page: 15 } } });
const spaces = await client.GET("/v2/spaces", { params: { query: { "results-per-page": 2 } } });

console.log(
  JSON.stringify({
    caller: login.data!.data.fullName,
    made: [made.data!.data.email, made.data!.data.roles],
    again: [again.response.status, again.error!.code],
    short: short.error!.code === "VALIDATION_ERROR" ? short.error!.data.map((each) => each.field) : [],
    absent: [absent.response.status, absent.error!.code],
    rows: [rows.length, new Set(rows).size, rows.includes(made.data!.data.id)],
    org: org.data!.data.org_id,
    testmo: [testmo.data!.page, testmo.data!.result.length],
    spaces: spaces.data!.resources.length,
  }),
);
