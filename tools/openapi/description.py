"""What stands in front of the OpenAPI document, in Markdown: what the API is, and how to sign in."""

DESCRIPTION = """\
Roster is a directory: it knows **workspaces** (organisations), their **projects** and **spaces**, the
**users** of the site, and who belongs where. Programs of five kinds already speak to such directories, so
the same data is here in five dialects, one a section below. For something new, take **Workspaces**.

### How to sign in

- **A person, in this page or in a browser.** Send `POST /api/auth/login` with an address and a password.
  The answer sets a cookie, and the browser sends it with whatever you try next. `POST /api/auth/logout`
  ends the session. Who has a second factor is answered 401 `SECOND_FACTOR_REQUIRED`, and proves it by
  `POST /api/auth/login/second`.
- **A program.** Sign in once, send `POST /api/auth/tokens`, and keep the `token` of the answer: it is shown
  this once. Send it with each request, as `Authorization: Bearer TOKEN`. In this page, *Authorize* does
  that.
- **A client of Cloud Foundry.** `POST /oauth/token` gives tokens for a password or for the client's own
  secret.

A server that was started with the demo prints an address with its password, and lines for `curl`, as it
starts. Anywhere else an administrator makes your account; whoever runs the server makes the first one with
`roster admin create`.

### What to know

- Platform roles are `USER` and `ADMIN`. An `ADMIN` administers the whole site; a person who only takes part
  in workspaces is a `USER`.
- Lists come whole up to 1,000 rows, or in pages: `page` counts from 1. In Workspaces `meta` says how many
  there are.
- Each refusal has a status and a body in its dialect's own shape. `503` has passed after `Retry-After`
  seconds.
- Each answer has an `X-Request-Id` (`X-VCAP-Request-ID` in Cloud Foundry's dialect): name it when you ask
  for help.
- An example's password is refused as it stands: choose your own.
"""
