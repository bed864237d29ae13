// The console's types, known to every module; for the type checker alone, never served.

type Child = Node | string | number | null | undefined | boolean | Child[];
type Row = any;
type Query = Record<string, string | number | boolean | null | undefined>;
type Values = Record<string, any>;

interface Answer {
  data: any;
  meta: any;
  etag: string | null;
  body: any;
}

interface SendOptions {
  query?: Query;
  body?: unknown;
  /** The Idempotency-Key: one a form, kept until the answer is known. */
  once?: string;
  /** What If-Match demands. */
  etag?: string | null;
  signal?: AbortSignal;
  /** No dialog is opened: 401 and 403 are the caller's. */
  quiet?: boolean;
}

interface Workspace {
  id: string;
  key: string;
  name: string;
  createdAt: string;
  [more: string]: any;
}

interface Me {
  id: string;
  email: string;
  fullName: string;
  roles: string[];
  isAdmin: boolean;
  /** The caller's; of a platform ADMIN the first of all. */
  workspaces: Workspace[];
  /** What must be done before anything else. */
  demand: "" | "password" | "factor";
  /** The user as the API has it. */
  user: any;
}

interface Place {
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  /** Who is signed in; of nobody, on public pages, an id of "". */
  me: Me;
  /** Below /workspaces/:workspaceId, the workspace. */
  workspace: Workspace | null;
  /** Whether the caller may manage that workspace. */
  admin: boolean;
  /** Ends when the page is left. */
  signal: AbortSignal;
  go(address: string): void;
  /** Puts parameters into the address, without a step of the history; null takes one away. */
  replace(query: Query): void;
}

type PageResult = Node | { node: Node; title?: string };
type PageFunction = (place: Place) => PageResult | Promise<PageResult>;

interface Route {
  path: string;
  /** The key of its name among the texts, of the navigation and the breadcrumb. */
  name: string;
  load: () => Promise<PageFunction>;
  /** Without the navigation, and for those who are not signed in. */
  bare?: boolean;
}

interface Option {
  value: any;
  label: string;
  help?: string;
}

type FieldType =
  | "text" | "email" | "password" | "number" | "url" | "search"
  | "select" | "checkbox" | "checks" | "textarea" | "moment" | "find" | "hidden";

interface Field {
  name: string;
  label?: string;
  type?: FieldType;
  value?: any;
  required?: boolean;
  disabled?: boolean;
  help?: Child;
  /** Of a text, proposals. */
  options?: Option[] | string[];
  autocomplete?: string;
  inputmode?: string;
  placeholder?: string;
  pattern?: string;
  min?: number | string;
  max?: number | string;
  minlength?: number;
  maxlength?: number;
  rows?: number;
  /** Of type "find": what is shown for the value. */
  text?: string;
  /** Of type "find": the choices for what was typed. */
  find?: (text: string) => Promise<Option[]>;
  /** Told of each change, with all values. */
  changed?: (values: Values, form: HTMLFormElement) => void;
}

interface FormOptions {
  fields: Field[];
  submit: string;
  save: (values: Values, how: { once: string }) => unknown;
  cancel?: () => void;
  /** What a 412 is answered with: the values as they are now. */
  again?: () => Promise<Values>;
  danger?: boolean;
  /** What stands before the fields. */
  before?: Child;
  after?: Child;
}

interface Action {
  label: string;
  run?: () => unknown;
  address?: string;
  primary?: boolean;
  danger?: boolean;
  disabled?: boolean;
}

interface HeadingOptions {
  title: string;
  text?: Child;
  actions?: (Action | Node | null | false | undefined)[];
  level?: number;
  badge?: Child;
}

interface Column {
  /** Empty for a column of buttons. */
  name: string;
  of: (row: Row) => Child;
  csv?: (row: Row) => unknown;
  /** Numbers stand at the right. */
  number?: boolean;
  /** Left out on small screens. */
  wide?: boolean;
}

interface BulkAction {
  label: string;
  danger?: boolean;
  run: (row: Row) => unknown;
  /** Asked before; `text` may depend on how many. */
  confirm?: { title: string | ((rows: Row[]) => string); text?: Child | ((rows: Row[]) => Child); confirm?: string; typed?: string };
  /** Which rows it is for; the others are left out. */
  for?: (row: Row) => boolean;
}

interface ListFilter {
  name: string;
  label: string;
  options: Option[];
  /** Of lists that are found in the browser. */
  of?: (row: Row) => unknown;
  type?: "select" | "text" | "moment";
}

interface EmptyOptions {
  title: string;
  text?: Child;
  action?: Action;
}

interface ListOptions {
  title: string;
  text?: Child;
  /** 1 for a page's own list, 2 for a list in a page. */
  level?: number;
  /** The prefix of its parameters in the address, where a page has several lists. */
  name?: string;
  path?: string;
  query?: Query;
  rows?: () => Promise<Row[]>;
  cursor?: boolean;
  columns: Column[];
  find?: boolean | "local";
  filters?: ListFilter[];
  /** Whether the server refuses a text and a filter at once. */
  oneQuestion?: boolean;
  row?: (row: Row) => string | null;
  key: (row: Row) => string;
  label?: (row: Row) => string;
  actions?: BulkAction[];
  heading?: HeadingOptions["actions"];
  create?: { label: string; open: () => unknown };
  empty?: EmptyOptions;
  size?: number;
  csv?: boolean;
  /** Told of each answer. */
  loaded?: (answer: { rows: Row[]; meta: any }) => void;
}

type ListNode = HTMLElement & { reload: () => Promise<void> };

interface AskOptions {
  title: string;
  text?: Child;
  confirm: string;
  danger?: boolean;
  /** What must be typed. */
  typed?: string;
}

interface DialogOptions {
  title: string;
  body: Child;
  actions?: Child;
  wide?: boolean;
  /** Esc does not close it. */
  modal?: boolean;
}

interface DialogHandle {
  node: HTMLDialogElement;
  close: (value?: unknown) => void;
  closed: Promise<unknown>;
}

interface MenuItem {
  label: string;
  run?: () => unknown;
  address?: string;
  danger?: boolean;
  current?: boolean;
}

interface ChartOptions {
  title: string;
  points: { label: string; value: number | number[] }[];
  /** The names of the values, where a point has several. */
  series?: string[];
  /** What the column of labels is called in the table. */
  of?: string;
}

interface ParentNode {
  querySelector<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
}
