"""A person at the console: clicks, types and reads in a real browser, finding things by role and name.

person.at("#/users")
person.clicks("Create user")
person.types("Name", "Ada")
person.clicks("button", "Save")
person.sees("Ada was created")

Every method waits, with a bound, until it can be done. With `keyboard` set, the same script is done without a
mouse. A name is the whole accessible name. Where several elements have it, those in the open dialog and then
those in <main> are meant; `inside` says more: a text of the row, card or group that is meant.
"""

import base64
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.browser.chromium import Browser, Refused
from tests.support.served import Served

BOUND = 30.0  # seconds after which a person gives up
STEPS = 300  # presses of a key after which one who looks for something by keyboard gives up

Any_ = TypeVar("Any_")

_FIELDS = frozenset(
    {"ComboBoxSelect", "Date", "DateTime", "InputTime", "combobox", "listbox", "searchbox", "slider"}
    | {"spinbutton", "textbox"}
)
_OPERABLE = _FIELDS | frozenset(
    {"ComboBoxMenuButton", "DisclosureTriangle", "MenuListPopup", "PopUpButton", "button", "checkbox"}
    | {"gridcell", "link", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio", "row"}
    | {"switch", "tab", "treeitem"}
)
_KEYS = {
    "Enter": (13, "Enter", "\r"),
    "Tab": (9, "Tab", ""),
    "Escape": (27, "Escape", ""),
    "Space": (32, "Space", " "),
    "Backspace": (8, "Backspace", ""),
    "Delete": (46, "Delete", ""),
    "Home": (36, "Home", ""),
    "End": (35, "End", ""),
    "PageUp": (33, "PageUp", ""),
    "PageDown": (34, "PageDown", ""),
    "ArrowLeft": (37, "ArrowLeft", ""),
    "ArrowUp": (38, "ArrowUp", ""),
    "ArrowRight": (39, "ArrowRight", ""),
    "ArrowDown": (40, "ArrowDown", ""),
}
_MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
_CODES = {"/": ("Slash", 191), ".": ("Period", 190), "?": ("Slash", 191), "-": ("Minus", 189)}

# The place in the middle of an element where a mouse finds it, or why it cannot be clicked.
_PLACE = """
async function () {
    if (this.matches(":disabled, [aria-disabled=true]")) return "is disabled";
    this.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    const before = this.getBoundingClientRect();
    await frame();
    const after = this.getBoundingClientRect();
    if (before.x !== after.x || before.y !== after.y) return "moves";
    let box = this.getClientRects()[0];
    const label = this.labels && this.labels[0];
    if (box && label && (box.width < 2 || box.height < 2 || getComputedStyle(this).opacity === "0"))
        box = label.getClientRects()[0];
    if (!box || !box.width || !box.height) return "has no size";
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const top = document.elementFromPoint(x, y);
    if (!top) return "is out of sight";
    const itself = this.contains(top) || top.closest("label")?.control === this;
    return itself ? [x, y] : "is covered by " + top.outerHTML.slice(0, 200);
}
"""

# Of several elements those in the open dialog, else those in <main>, else all.
_NEAREST = """
function (...all) {
    const open = [...document.querySelectorAll("dialog[open]")].reverse();
    for (const part of [...open, document.querySelector("main")]) {
        const there = part ? all.flatMap((one, place) => part.contains(one) ? [place] : []) : [];
        if (there.length) return there;
    }
    return all.map((_, place) => place);
}
"""

# The smallest row, item, card or group in sight that shows a text or has it as its name.
_INSIDE = """
function (text) {
    const plain = all => all.replace(/\\s+/g, " ").trim().toLowerCase(), meant = plain(text);
    const named = one => plain(one.innerText + " " + (one.ariaLabel || ""));
    const seen = one => one.checkVisibility() && named(one).includes(meant);
    const groups = "section, article, form, [role=region], nav, dialog";
    const open = [...document.querySelectorAll("dialog[open]")].at(-1) || document;
    for (const kind of ["tr, [role=row]", "li", "fieldset, [role=group]", groups]) {
        const there = [...open.querySelectorAll(kind)].filter(seen);
        const least = there.filter(one => !there.some(other => other !== one && one.contains(other)));
        if (least.length) return least[0];
    }
    return null;
}
"""

_TEXT = '(%s ?? document.body ?? document.documentElement)?.innerText ?? ""'

# What a mistake looks like that no element shows: kept where the page's own scripts have no hand.
_WATCH = """
globalThis.__reports = [];
addEventListener("securitypolicyviolation", event =>
    __reports.push(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`));
globalThis.__shift = 0; globalThis.__shifted = [];
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) {
    __shift += one.value;
    for (const source of one.sources) __shifted.push((source.node?.outerHTML || "?").slice(0, 120)); } })
    .observe({ type: "layout-shift", buffered: true });
"""


# Issues that are none of the page: fields without a name that nothing sends; what our own scripts do in it.
_NO_FAULT = (
    "FormEmptyIdAndNameAttributesForInputError",
    "NavigationEntryMarkedSkippable",
    "PerformanceIssue",
)


@dataclass
class Fault:
    """What some requests meet in place of an answer of the server."""

    method: str
    path: str
    status: int
    times: int
    body: dict[str, Any]
    headers: dict[str, str]
    after: bool
    met: int = 0


@dataclass(repr=False)
class Person:
    """One who looks at one page of the browser."""

    browser: Browser
    app: Served
    folder: Path
    keyboard: bool = False
    home: str = "/console"
    width: int = 1440
    height: int = 900
    _expected: list[tuple[int, str]] = field(default_factory=lambda: [(401, "/api/auth/me")])
    _faults: list[Fault] = field(default_factory=list)
    _answered: int = 0
    _offline: bool = False
    _others: list["Person"] = field(default_factory=list)

    # Where one is.

    def begins(self) -> None:
        """Sit down at an empty page."""
        for domain in ("DOM", "Accessibility", "Audits"):
            self.browser.call(f"{domain}.enable")
        self.browser.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.browser.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
        self.sits_at(self.width, self.height)
        self.looks("light")
        self._taken = len(self._downloads("Browser.downloadWillBegin"))

    def sits_at(self, width: int, height: int = 900) -> None:
        """Make the window so large."""
        self.width, self.height = width, height
        self.browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def looks(self, scheme: str, *, still: bool = True, media: str = "") -> None:
        """Prefer light or dark; `still`: nothing moves."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self.browser.call("Emulation.setEmulatedMedia", media=media, features=features)

    def speaks(self, language: str) -> None:
        """Prefer a language, from the next load of the page on."""
        agent = self.browser.call("Browser.getVersion")["userAgent"]
        self.browser.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    def lives_in(self, zone: str) -> None:
        self.browser.call("Emulation.setTimezoneOverride", timezoneId=zone)

    def at(self, address: str) -> None:
        """Write an address: a fragment of the console (`#/users`), or a path of the server."""
        path = self.home + address if address.startswith("#") or not address else address
        if address.startswith("#") and self.browser.value("location.pathname").startswith(self.home):
            self.browser.call("Page.navigate", url=self.app.url + path)  # only the fragment changes
        else:
            self.browser.open(self.app.url + path)

    def loads_again(self) -> None:
        loaded = self._loads()
        self.browser.call("Page.reload")
        self.waits(lambda: self._loads() > loaded, "the page loads again")

    def _loads(self) -> int:
        self.browser.value("0")  # hears what there is
        return len(self.browser.told("Page.loadEventFired"))

    def goes_back(self) -> None:
        self.browser.value("history.back()")

    @property
    def address(self) -> str:
        """The fragment of the page's address."""
        fragment: str = self.browser.value("location.hash")
        return fragment

    @property
    def title(self) -> str:
        title: str = self.browser.value("document.title")
        return title

    def arrives(self, address: str) -> None:
        """Wait until the fragment is this one (or begins with it, where `address` ends with *)."""
        whole = re.compile(re.escape(address).replace(r"\*", ".*"))
        self.waits(lambda: whole.fullmatch(self.address), f"the address is {address}", lambda: self.address)

    def tab(self) -> "Person":
        """The same person at another tab of the browser."""
        other = Person(self.browser.tab(), self.app, self.folder, self.keyboard, self.home)
        other.begins()
        self._others.append(other)
        return other

    def turns_here(self) -> None:
        """Of several tabs look at this one."""
        self.browser.call("Page.bringToFront")

    # What one reads.

    def sees(self, *texts: str, inside: str = "") -> None:
        """Wait until the page shows each text; neither case nor spaces count."""
        for text in map(_plain, texts):
            self.waits(partial(self._shows, text, inside), f"sees {text!r}", self.text)

    def sees_no(self, *texts: str, inside: str = "") -> None:
        """Wait until the page shows none of the texts."""
        for text in map(_plain, texts):
            self.waits(partial(self._lacks, text, inside), f"sees no {text!r}", self.text)

    def _shows(self, text: str, inside: str) -> bool:
        return text in self.text(inside)

    def _lacks(self, text: str, inside: str) -> bool:
        return text not in self.text(inside)

    def text(self, inside: str = "") -> str:
        """All text in sight, in small letters."""
        where = f"({_INSIDE})({json.dumps(inside)})" if inside else "null"
        return _plain(self.browser.value(_TEXT % where))

    def finds(self, *what: str, inside: str = "") -> None:
        """Wait until there is an element of this name, or role and name."""
        role, name = _role_and_name(what)
        self.waits(lambda: self._all(name, role, inside), f"finds {what}", self._names)

    def finds_no(self, *what: str, inside: str = "") -> None:
        """Wait until there is none of this name, or role and name."""
        role, name = _role_and_name(what)
        self.waits(lambda: not self._all(name, role, inside), f"finds no {what}")

    def value(self, label: str, inside: str = "") -> str:
        """What a field holds; of a checkbox or switch "true" or "false"."""
        is_there = (
            "function () { return /checkbox|radio/.test(this.type) ? String(this.checked) : this.value }"
        )
        held: str = self._on(self._one(label, "", inside), is_there)
        return held

    def holds(self, label: str, value: str, inside: str = "") -> None:
        """Wait until a field holds this."""
        self.waits(lambda: self.value(label, inside) == value, f"{label!r} holds {value!r}")

    def focused(self) -> tuple[str, str]:
        """Role and name of the element that has the keyboard's focus."""
        found = self.browser.call("Runtime.evaluate", expression="document.activeElement")["result"]
        [node] = self.browser.call(
            "Accessibility.getPartialAXTree", objectId=found["objectId"], fetchRelatives=False
        )["nodes"]
        return str(node.get("role", {}).get("value", "")), str(node.get("name", {}).get("value", ""))

    def is_on(self, *what: str) -> None:
        """Wait until the focus is on an element of this name, or role and name."""
        role, name = _role_and_name(what)
        self.waits(
            lambda: (focus := self.focused())[1] == name and role in ("", focus[0]),
            f"the focus is on {what}",
            lambda: str(self.focused()),
        )

    def download(self) -> tuple[str, str]:
        """Name and text of the file that the page gave last; each is told once."""
        begun = self.waits(
            lambda: self._downloads("Browser.downloadWillBegin")[self._taken :], "a file comes", self._names
        )[-1]
        self.waits(
            lambda: any(
                one["guid"] == begun["guid"] and one["state"] == "completed"
                for one in self._downloads("Browser.downloadProgress")
            ),
            "the file is there",
        )
        self._taken = len(self._downloads("Browser.downloadWillBegin"))
        return begun["suggestedFilename"], (self.folder / begun["guid"]).read_text("utf-8")

    _taken: int = 0

    def _downloads(self, method: str) -> list[dict[str, Any]]:
        self.browser.value("0")  # hears what there is
        return [event["params"] for event in self.browser.wire.events if event["method"] == method]

    # What one does.

    def clicks(self, *what: str, inside: str = "") -> None:
        """Click an element; by keyboard: go there, and press what it takes."""
        role, name = _role_and_name(what)
        if self.keyboard:
            self.tabs_to(*what, inside=inside)
            self.presses("Space" if self.focused()[0] in ("checkbox", "radio", "switch") else "Enter")
            return
        self._click(lambda: self._one_now(name, role, inside), f"clicks {what}")

    def hovers(self, *what: str, inside: str = "") -> None:
        role, name = _role_and_name(what)
        x, y = self._place(lambda: self._one_now(name, role, inside), f"hovers over {what}")
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def types(self, label: str, text: str, inside: str = "") -> None:
        """Type into a field, in place of what it holds."""
        if self.keyboard:
            self.tabs_to(label, inside=inside)
        else:
            self._click(lambda: self._one_now(label, "", inside, _FIELDS), f"types into {label!r}")
        self.presses("Control+a")
        self.presses("Backspace")
        self.writes(text)

    def writes(self, text: str) -> None:
        """Type where the focus is."""
        if len(text) > 60 or not text.isascii():
            self.browser.call("Input.insertText", text=text)  # as an input method or a paste does
            return
        for letter in text:
            self.presses({"\n": "Enter", " ": "Space"}.get(letter, letter))

    def chooses(self, label: str, option: str, inside: str = "") -> None:
        """Choose an option of a list by its text; always by keys, for the open list is not the page's."""
        there = """function (text) {
            const all = [...this.options].filter(one => !one.disabled);
            const place = all.findIndex(one => one.text.trim() === text);
            return place < 0 ? null : [place, all.indexOf(this.selectedOptions[0])];
        }"""

        def now() -> Any:
            list_ = self._one_now(label, "", inside, _FIELDS)
            return list_ and self._on(list_, there, option)

        def shown() -> str:
            return str(self._on(self._one(label, "", inside), "function () { return this.innerText }"))

        wanted, chosen = self.waits(now, f"{label!r} has the option {option!r}", shown)
        if wanted == chosen:
            return
        if self.keyboard:
            self.tabs_to(label, inside=inside)
        else:
            self._on(self._one(label, "", inside), "function () { this.scrollIntoView({ block: 'center' }) }")
            self._on(self._one(label, "", inside), "function () { this.focus() }")
        self.presses("Alt+ArrowDown")  # opens the list, so that only what is chosen at the end changes it
        key = "ArrowDown" if wanted > chosen else "ArrowUp"
        for _ in range(abs(wanted - chosen)):
            self.presses(key)
        self.presses("Enter")
        self.waits(lambda: now() in (None, [wanted, wanted]), f"{option!r} of {label!r} is chosen")

    def checks(self, label: str, on: bool = True, inside: str = "") -> None:
        """Have a checkbox or a switch on, or off."""
        if self.value(label, inside) != str(on).lower():
            self.clicks(label, inside=inside)

    def picks(self, *rows: str) -> None:
        """Tick the rows of a list that show these texts."""
        for row in rows:
            name = self.waits(partial(self._tick_of, row), f"a row of {row!r} to tick", self._names)
            self.clicks("checkbox", name, inside=row)

    def presses(self, *keys: str) -> None:
        """Press keys, one after the other; "Shift+Tab" holds one and presses the other."""
        for key in keys:
            *held, last = key.split("+") if len(key) > 1 else [key]
            modifiers = sum(_MODIFIERS[one] for one in held)
            code, letter = "", last
            if last in _KEYS:
                number, code, text = _KEYS[last]
                letter = " " if last == "Space" else last
            else:
                code, number = _CODES.get(last, ("", ord(last.upper()) if last.isalnum() else 0))
                if last.isalpha():
                    code = f"Key{last.upper()}"
                text = last
                modifiers |= _MODIFIERS["Shift"] if last.isupper() or last == "?" else 0
            if modifiers & ~_MODIFIERS["Shift"]:
                text = ""
            told = {"key": letter, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
            more: dict[str, Any] = {"text": text} if text else {}
            if key == "Control+a":
                more["commands"] = ["selectAll"]
            self.browser.call(
                "Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **told, **more
            )
            self.browser.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def tabs_to(self, *what: str, inside: str = "") -> None:
        """Go by keyboard alone to an element: by Tab, and by arrows where those lead."""
        role, name = _role_and_name(what)
        target = self._one(name, role, inside)
        for _ in range(STEPS):
            state = self._on(target, _STEP)
            if state == "there":
                return
            if state == "gone":
                target = self._one(name, role, inside)
                continue
            assert state != "unseen", f"the focus cannot be seen on {self.focused()}"
            self.presses(state)
        raise AssertionError(f"no key leads to {what}; the focus is on {self.focused()}")

    def agrees(self, name: str) -> None:
        """Press a button of the open dialog, and see it close."""
        dialogs = "document.querySelectorAll('dialog[open]').length"
        self.waits(lambda: self.browser.value(dialogs), "a dialog opens")
        before = self.browser.value(dialogs)
        self.clicks("button", name)
        self.waits(
            lambda: self.browser.value(dialogs) < before,
            "the dialog closes",
            lambda: str(
                self.browser.value("[...document.querySelectorAll('dialog[open]')].at(-1)?.innerText")
            ),
        )

    def signs_in(self, email: str, password: str) -> None:
        """Sign in by the form, which is shown already or at the page's first address."""
        if not self.browser.value("location.pathname").startswith(self.home):
            self.at("")
        self.types("E-mail address", email)
        self.types("Password", password)
        self.clicks("button", "Sign in")

    def comes_as(self, email: str, password: str) -> None:
        """Have a session already, as one has who signed in this morning."""
        name, _, value = self.app.login(email, password).partition("=")
        self.browser.call("Network.setCookie", name=name, value=value, url=self.app.url, httpOnly=True)

    def forgets(self) -> None:
        """Lose cookies and what the page has stored."""
        self.browser.call("Network.clearBrowserCookies")
        self.browser.call("Storage.clearDataForOrigin", origin=self.app.url, storageTypes="all")

    # What goes wrong.

    def expects(self, status: int, part: str = "/api/") -> None:
        """Hold an answer of this status at such an address for right: browsers tell of it as an error."""
        self._expected.append((status, part))

    def meets(
        self,
        status: int,
        method: str,
        path: str,
        *,
        times: int = 1,
        code: str = "SERVICE_UNAVAILABLE",
        after: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Fault:
        """Meet a failure in place of answers at a path (a pattern); `after`: once the server has done it."""
        body = {"code": code, "message": "The service is not available for the moment.", "data": None}
        fault = Fault(method, path, status, times, body, headers or {}, after)
        self._faults.append(fault)
        self.expects(status)
        stages = [{"urlPattern": "*/api/*", "requestStage": stage} for stage in ("Request", "Response")]
        self.browser.call("Fetch.enable", patterns=stages)
        return fault

    def loses_connection(self) -> None:
        self._offline = True
        self._connection(offline=True)

    def has_connection_again(self) -> None:
        self._connection(offline=False)

    def _connection(self, offline: bool) -> None:
        self.browser.call(
            "Network.emulateNetworkConditions",
            offline=offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def _let_through(self) -> None:
        """Answer the requests that wait for it."""
        paused = self.browser.told("Fetch.requestPaused") if self._faults else []
        for one in paused[self._answered :]:
            self._answered += 1
            path = urlsplit(one["request"]["url"]).path
            fault = next(
                (
                    fault
                    for fault in self._faults
                    if fault.met < fault.times
                    and fault.method == one["request"]["method"]
                    and re.fullmatch(fault.path, path)
                    and fault.after == ("responseStatusCode" in one)
                ),
                None,
            )
            if fault is None:
                self.browser.call("Fetch.continueRequest", requestId=one["requestId"])
                continue
            fault.met += 1
            if fault.status == 0:
                self._offline = True
                self.browser.call(
                    "Fetch.failRequest", requestId=one["requestId"], errorReason="ConnectionReset"
                )
                continue
            headers = {"Content-Type": "application/json", "X-Request-Id": "tried-by-a-test", **fault.headers}
            self.browser.call(
                "Fetch.fulfillRequest",
                requestId=one["requestId"],
                responseCode=fault.status,
                responseHeaders=[{"name": name, "value": value} for name, value in headers.items()],
                body=base64.b64encode(json.dumps(fault.body).encode()).decode(),
            )

    # What stays to be looked at.

    def calls(self) -> list[tuple[str, str, int]]:
        """Method, address and status of each call of the API that was answered, in the order of the calls."""
        self.browser.value("0")
        answers = {
            one["requestId"]: one["response"]["status"]
            for one in self.browser.told("Network.responseReceived")
        }
        asked = [
            (one["request"]["method"], urlsplit(one["request"]["url"]), answers.get(one["requestId"], 0))
            for one in self.browser.told("Network.requestWillBeSent")
        ]
        return [
            (method, url.path + (f"?{url.query}" if url.query else ""), status)
            for method, url, status in asked
            if url.path.startswith("/api/")
        ]

    def waits(self, check: Callable[[], Any_], told: str, seen: Callable[[], Any] = lambda: "") -> Any_:
        """What the check comes to, once that is true; `told` says what was awaited."""
        end = time.monotonic() + BOUND
        reason = ""
        while True:
            self._let_through()
            try:
                if result := check():
                    return result
            except Refused as error:  # the page has changed meanwhile
                reason = str(error)
            if time.monotonic() > end:
                break
            self.browser.rest()
        raise AssertionError(f"never: {told}\n{reason}\n{str(seen())[:3000]}\n{self.complaints()}")

    def settles(self) -> None:
        """Wait until every request is answered and nothing is shown as coming."""
        ended = ("Network.loadingFinished", "Network.loadingFailed")
        quiet = """document.readyState === "complete" && document.querySelector("main h1") !== null
            && ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document)
                .querySelector("[aria-busy=true]") === null"""

        busy = "[...document.querySelectorAll('[aria-busy=true]')].map(one => one.outerHTML).join()"

        def waits_for() -> list[str]:
            done = {one["requestId"] for method in ended for one in self.browser.told(method)}
            asked = self.browser.told("Network.requestWillBeSent")
            here = self.browser.call("Page.getFrameTree")["frameTree"]["frame"]["loaderId"]
            left = [one for one in asked if one["loaderId"] == here and one["requestId"] not in done]
            open_ = [one["request"]["url"] for one in left]
            return open_ if self.browser.value(quiet) else [*open_, str(self.browser.value(busy))]

        self.waits(lambda: not waits_for(), "the page settles", lambda: f"{waits_for()} {self.text()}")
        self.browser.result(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"
        )

    def picture(self, path: Path) -> None:
        """Keep what one sees as a PNG, with the mouse out of the way."""
        self.settles()
        self.browser.call("Emulation.setScrollbarsHidden", hidden=True)
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=self.width - 1, y=self.height - 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.browser.call("Page.captureScreenshot")["data"]))
        self.browser.call("Emulation.setScrollbarsHidden", hidden=False)

    def complaints(self) -> list[str]:
        """All that the browser holds against the page."""
        self.browser.value("0")
        found = [
            f"exception: {json.dumps(one['exceptionDetails'])[:1500]}"
            for one in self.browser.told("Runtime.exceptionThrown")
        ]
        found += [
            f"console: {json.dumps(one)[:1500]}" for one in self.browser.told("Runtime.consoleAPICalled")
        ]
        for one in self.browser.told("Log.entryAdded"):
            entry = one["entry"]
            if not self._is_expected(entry):
                found.append(f"log: {entry['text']} {entry.get('url', '')}")
        for one in self.browser.told("Audits.issueAdded"):
            issue = json.dumps(one["issue"])
            if not any(kind in issue for kind in _NO_FAULT):
                found.append(f"issue: {issue[:600]}")
        for one in self.browser.told("Network.requestWillBeSent"):
            url = one["request"]["url"]
            if not url.startswith((f"{self.app.url}/", "data:", f"blob:{self.app.url}/")):
                found.append(f"off the origin: {url}")
        found += [f"policy: {report}" for report in self.browser.value("globalThis.__reports || []")]
        return found

    def _is_expected(self, entry: dict[str, Any]) -> bool:
        if entry.get("source") != "network":
            return False
        if self._offline and "net::ERR_" in entry["text"]:
            return True
        status = re.search(r"status of (\d+)", entry["text"])
        return status is not None and any(
            int(status[1]) == expected and part in entry.get("url", "") for expected, part in self._expected
        )

    def leaves(self) -> list[str]:
        """Close the tabs; what the browser held against them."""
        found = [complaint for other in self._others for complaint in other.leaves()] + self.complaints()
        self.browser.close()
        return found

    # How it is done.

    def _names(self) -> str:
        """What there is to operate, for one who did not find it."""
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        named = [
            f"{node['role']['value']} {node.get('name', {}).get('value', '')!r}"
            for node in nodes
            if not node["ignored"] and node["role"]["value"] in _OPERABLE
        ]
        return "; ".join(named) + "\n" + self.text()

    def _root(self, inside: str) -> str:
        """The object of the document, or of what is meant by `inside`."""
        script = f"({_INSIDE})({json.dumps(inside)})" if inside else "document"
        found = self.browser.call("Runtime.evaluate", expression=script)["result"]
        return str(found.get("objectId", ""))

    def _all(self, name: str, role: str, inside: str, roles: frozenset[str] = _OPERABLE) -> list[str]:
        """The objects of all elements of this name that one can perceive."""
        root = self._root(inside)
        if not root:
            return []
        nodes = self.browser.call("Accessibility.queryAXTree", objectId=root, accessibleName=name)["nodes"]
        if len(nodes) > 1 and not role:  # a list may have the name of its first option
            nodes = [node for node in nodes if _role(node) not in ("option", "MenuListOption")] or nodes
        if not nodes and not role and name in roles:  # a role alone
            nodes = self.browser.call("Accessibility.queryAXTree", objectId=root, role=name)["nodes"]
        meant = [
            node["backendDOMNodeId"]
            for node in nodes
            if not node["ignored"] and (_role(node) == role if role else _role(node) in roles)
        ]
        return [
            self.browser.call("DOM.resolveNode", backendNodeId=node)["object"]["objectId"]
            for node in dict.fromkeys(meant)
        ]

    def _one_now(self, name: str, role: str, inside: str, roles: frozenset[str] = _OPERABLE) -> str | None:
        """The object of the one element that is meant, or None where it is not there."""
        found = self._all(name, role, inside, roles)
        if len(found) > 1:
            places = self._on(found[0], _NEAREST, *[{"objectId": one} for one in found])
            found = [found[place] for place in places]
        if len(found) > 1:
            raise Refused(f"{len(found)} elements are {role} {name!r} {inside!r}: say `inside`")
        return found[0] if found else None

    def _one(self, name: str, role: str, inside: str) -> str:
        found = self.waits(lambda: self._one_now(name, role, inside), f"finds {role} {name!r}", self._names)
        assert found is not None
        return found

    def _on(self, element: str, function: str, *arguments: Any) -> Any:
        """What a function comes to on an element."""
        plain = [one if isinstance(one, dict) else {"value": one} for one in arguments]
        answer = self.browser.call(
            "Runtime.callFunctionOn",
            objectId=element,
            functionDeclaration=function,
            arguments=plain,
            returnByValue=True,
            awaitPromise=True,
        )
        if "exceptionDetails" in answer:
            raise Refused(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def _place(self, find: Callable[[], str | None], told: str) -> tuple[float, float]:
        why = "is not there"

        def place() -> Any:
            nonlocal why
            element = find()
            if element is None:
                return None
            found = self._on(element, _PLACE)
            if isinstance(found, str):
                why = found
                return None
            return found

        x, y = self.waits(place, told, lambda: f"it {why}\n{self._names()}")
        return x, y

    def _click(self, find: Callable[[], str | None], told: str) -> None:
        x, y = self._place(find, told)
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def _tick_of(self, row: str) -> str:
        """The name of a row's checkbox; empty where there is none, or no more: a list may be drawn anew."""
        root = self._root(row)
        if not root:
            return ""
        found = self.browser.call(
            "Runtime.callFunctionOn",
            objectId=root,
            functionDeclaration="function () { return this.querySelector('input[type=checkbox]') }",
        )["result"]
        if "objectId" not in found:
            return ""
        asked = {"objectId": found["objectId"], "fetchRelatives": False}
        [node] = self.browser.call("Accessibility.getPartialAXTree", **asked)["nodes"]
        return str(node.get("name", {}).get("value", ""))


# One step by keyboard toward an element: "there", "gone", "unseen" (the focus is), or the key to press.
_STEP = """
function () {
    if (!this.isConnected) return "gone";
    const focus = document.activeElement;
    if (focus === this) return "there";
    if (!focus || focus === document.body) return "Tab";
    const style = getComputedStyle(focus), box = focus.getBoundingClientRect();
    // A link that stands for its row is outlined with the row, by its ::after.
    const outlined = [style, getComputedStyle(focus, "::after")]
        .some(one => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0);
    const bare = focus.matches("main, h1, dialog, [tabindex='-1']");
    const marked = outlined || style.boxShadow !== "none" || bare;
    if (!marked && focus.matches(":focus-visible") && box.width > 1) return "unseen";
    const roles = ["grid", "tablist", "menu", "radiogroup", "listbox", "toolbar"];
    const composite = roles.map(role => `[role=${role}]`).join() + ", [data-arrows]";
    const group = focus.closest(composite);
    if (group && group === this.closest(composite) && this.tabIndex < 0) {
        const from = focus.getBoundingClientRect(), to = this.getBoundingClientRect();
        if (to.top >= from.bottom - 2) return "ArrowDown";
        if (to.bottom <= from.top + 2) return "ArrowUp";
        return to.left > from.left ? "ArrowRight" : "ArrowLeft";
    }
    return "Tab";
}
"""


def _plain(text: str) -> str:
    """As it is read: without the marks by which a name keeps its direction to itself."""
    return " ".join(text.replace("\u2068", "").replace("\u2069", "").split()).lower()


def _role(node: dict[str, Any]) -> str:
    return str(node["role"]["value"])


def _role_and_name(what: tuple[str, ...]) -> tuple[str, str]:
    """("Save",) or ("button", "Save")."""
    return ("", what[0]) if len(what) == 1 else (what[0], what[1])
