// The only module that knows `fetch`: timeouts, retries, sessions that have ended, errors.
import { t } from "./texts.js";

const API_TIMEOUT = 15_000;

/** A refusal, in the server's words; status 0 where no answer came. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {{ data?: any, requestId?: string, retryAfter?: number }} [more]
   */
  constructor(status, code, message, { data, requestId = "", retryAfter = 0 } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.data = data;
    /** @type {Record<string, string>} */
    this.fields = {};
    if (Array.isArray(data)) for (const one of data) this.fields[one.field] ??= one.message;
  }
}

/**
 * What the shell does when a request needs its user; each resolves to whether the request goes again.
 * @type {{ signIn: () => Promise<boolean>, prove: () => Promise<boolean>, demand: (code: string) => void }}
 */
export const apiHooks = {
  signIn: async () => false,
  prove: async () => false,
  demand: () => {},
};

/** The API by its methods. Paths are whole (`/api/admin/users`). Each throws ApiError. */
export const api = {
  /**
   * @param {string} path
   * @param {Query} [query]
   * @param {SendOptions} [options]
   */
  get: (path, query, options) => apiSend("GET", path, { ...options, query }),
  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {SendOptions} [options]
   */
  post: (path, body, options) => apiSend("POST", path, { ...options, body }),
  /**
   * @param {string} path
   * @param {unknown} body
   * @param {SendOptions} [options]
   */
  put: (path, body, options) => apiSend("PUT", path, { ...options, body }),
  /**
   * @param {string} path
   * @param {unknown} body
   * @param {SendOptions} [options]
   */
  patch: (path, body, options) => apiSend("PATCH", path, { ...options, body }),
  /**
   * @param {string} path
   * @param {SendOptions} [options]
   */
  delete: (path, options) => apiSend("DELETE", path, options ?? {}),
  all: apiAll,
};

/**
 * Every row of a list, by pages of 1,000 or by cursors, as the list goes on.
 * @param {string} path
 * @param {Query} [query]
 * @param {SendOptions} [options]
 * @returns {AsyncGenerator<Row>}
 */
async function* apiAll(path, query = {}, options = {}) {
  let next = /** @type {Query} */ (query.page === null || query.q || query.cursor === null ? {} : { page: 1 });
  for (;;) {
    const { data, meta } = await api.get(path, { size: 1000, ...query, ...next }, options);
    yield* data;
    if (meta?.next) next = { cursor: meta.next };
    else if (meta?.totalPages > meta?.page) next = { page: meta.page + 1 };
    else return;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {SendOptions} options
 * @returns {Promise<Answer>}
 */
async function apiSend(method, path, options) {
  const { once, etag } = options;
  const address = path + apiQuery(options.query ?? {});
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (once) headers["Idempotency-Key"] = once;
  if (etag) headers["If-Match"] = etag;
  const request = { method, headers, body: options.body === undefined ? undefined : JSON.stringify(options.body) };
  for (let turn = 0; ; ) {
    let error;
    try {
      const [answer, text] = await apiFetch(address, request, options.signal);
      if (answer.ok) return apiAnswer(answer, text);
      error = apiRefusal(answer, text);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      error = new ApiError(0, "NO_ANSWER", t("core.no_answer"));
    }
    // A save under If-Match that went unanswered may have been carried out, and would then be refused.
    const again = method === "GET" || once || (etag && error.status === 503);
    if (again && turn < 2 && (error.status === 0 || error.status === 503)) {
      turn += 1;
      await apiPause(Math.min(error.retryAfter || turn / 2, 5) * 1000);
    } else if (options.quiet || !(await apiMended(error))) throw error;
  }
}

/**
 * @param {string} address
 * @param {RequestInit} request
 * @param {AbortSignal} [signal]
 * @returns {Promise<[Response, string]>}
 */
async function apiFetch(address, request, signal) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), API_TIMEOUT);
  const abort = () => stop.abort();
  signal?.addEventListener("abort", abort);
  try {
    if (signal?.aborted) abort();
    const answer = await fetch(address, { ...request, signal: stop.signal });
    return [answer, await answer.text()];
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Asks the user for what the server demands; whether the request is to be sent again.
 * @param {ApiError} error
 */
async function apiMended(error) {
  if (error.status === 401 && error.code === "UNAUTHORIZED") return apiHooks.signIn();
  if (error.code === "REAUTHENTICATION_REQUIRED") return apiHooks.prove();
  if (error.code === "PASSWORD_CHANGE_REQUIRED" || error.code === "ENROLMENT_REQUIRED") apiHooks.demand(error.code);
  return false;
}

/**
 * @param {Response} answer
 * @param {string} text
 * @returns {Answer}
 */
function apiAnswer(answer, text) {
  const body = apiJson(text);
  return { data: body?.data, meta: body?.meta, etag: answer.headers.get("ETag"), body };
}

/**
 * @param {Response} answer
 * @param {string} text
 */
function apiRefusal(answer, text) {
  const body = apiJson(text);
  const message = body?.message ?? body?.detail ?? t("core.status", { status: String(answer.status) });
  return new ApiError(answer.status, body?.code ?? "", message, {
    data: body?.data,
    requestId: answer.headers.get("X-Request-Id") ?? "",
    retryAfter: Number(answer.headers.get("Retry-After")) || 0,
  });
}

/** @param {string} text */
function apiJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {Query} query */
function apiQuery(query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  return search.size ? `?${search}` : "";
}

/** @param {number} milliseconds */
function apiPause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
