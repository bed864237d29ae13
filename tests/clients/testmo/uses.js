// Uses npm's @testmo/testmo-api, as its readers would, and prints what it saw as JSON.
// Run by test_testmo_api.py: uses.js URL TOKEN TOKEN_OF_A_MEMBER, with the package's folder in NODE_PATH.
"use strict";

const testmo = require("@testmo/testmo-api");

function client(url, token) {
  const made = new testmo.ApiClient();
  made.basePath = url;
  made.authentications["bearerAuth"].accessToken = token;
  return made;
}

async function refused(call) {
  try {
    await call();
  } catch (error) {
    return { status: error.status, body: error.response.body };
  }
  throw new Error("was not refused");
}

async function pages(list) {
  const found = [];
  let next = 1;
  while (next !== null) {
    const page = await list(next);
    found.push(page.result.length);
    next = page.next_page;
  }
  return found;
}

async function main([url, token, member]) {
  const admin = client(url, token);
  const user = new testmo.UserApi(admin);
  const users = new testmo.UsersApi(admin);
  const groups = new testmo.GroupsApi(admin);
  const roles = new testmo.RolesApi(admin);
  const projects = new testmo.ProjectsApi(admin);
  const first = await users.getUserPage({ page: 1, perPage: 15, expands: "groups,roles,users" });
  return {
    version: require("@testmo/testmo-api/package.json").version,
    current: await user.getCurrentUser(),
    first,
    pages: await pages((page) => users.getUserPage({ page, perPage: 15 })),
    user: await users.getUser(2, { expands: "roles" }),
    projectUsers: await users.getUserPageForProject(1, { perPage: 25 }),
    groups: await groups.getGroupPage({}),
    group: await groups.getGroup(1, {}),
    roles: await roles.getRolePage({ expands: "users" }),
    role: await roles.getRole(1, {}),
    projects: await projects.getProjectPage({}),
    project: await projects.getProject(1, {}),
    unknownUser: await refused(() => users.getUser(999999, {})),
    badPage: await refused(() => users.getUserPage({ perPage: 7 })),
    badToken: await refused(() => new testmo.UserApi(client(url, "x")).getCurrentUser()),
    noAdmin: await refused(() => new testmo.UsersApi(client(url, member)).getUserPage({})),
  };
}

main(process.argv.slice(2)).then(
  (seen) => console.log(JSON.stringify(seen)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
