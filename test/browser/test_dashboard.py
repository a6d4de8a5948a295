"""The dashboard at /, as somebody uses it."""

import time
import urllib.parse

from browser import ARROW_DOWN, ENTER, ESCAPE
from dashboard_case import DashboardTestCase, eventually, main

MARKUP = "<img src=x onerror=\"window.forged='yes'\"><script>window.forged='yes'</script>"
REFUSE = """
const ask = window.fetch;
window.fetch = (url, ...rest) => String(url).includes('%s')
  ? Promise.resolve(new Response('', {status: 403, statusText: 'Forbidden'})) : ask(url, ...rest);
"""
# The least contrast of a field's edge, to the field or to what is around it.
CONTRAST = """
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (e) => {
  const colour = getComputedStyle(e).backgroundColor;
  return colour === 'rgba(0, 0, 0, 0)' ? ground(e.parentElement) : colour;
};
return Math.min(...[...document.querySelectorAll('label > input, textarea, label > .chips')].map(e => {
  const [a, b] = [getComputedStyle(e).borderTopColor, ground(arguments[0] ? e : e.parentElement)]
    .map(luminance);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}));
"""
# The height of the page, the width of a message, and the panels that overlap.
LAYOUT = """
const box = e => e.getBoundingClientRect();
const panels = [...document.querySelectorAll('.panel')];
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
return [document.documentElement.scrollHeight, box(document.querySelector('.row:not([hidden]) .message')).width,
        panels.flatMap((a, i) => panels.slice(i + 1).filter(b => overlap(box(a), box(b))).map(b => [a.id, b.id]))];
"""
LOOKS = {"desktop-light": {"width": 1280, "height": 820},
         "desktop-dark": {"width": 1280, "height": 820, "dark": True},
         "phone-light": {"width": 390, "height": 844, "phone": True},
         "phone-dark": {"width": 390, "height": 844, "phone": True, "dark": True}}
EVENTS = [
    {"type": "service.updated", "message": "Service 'web' scaled from 2 to 5 replicas",
     "metadata": {"service_id": "service-xyz", "old_replicas": "2", "new_replicas": "5"}},
    {"type": "task.created", "message": "Task 'task-124' created", "metadata": {"task_id": "task-124"}},
    {"type": "task.failed", "message": "Task 'task-123' failed: image not found",
     "metadata": {"task_id": "task-123", "error": "image not found"}, "data": {"attempts": 3}},
    {"type": "task.completed", "message": "Task 'task-122' completed", "metadata": {"task_id": "task-122"}},
    {"type": "node.down", "message": "Node 'worker-3' does not answer", "metadata": {"node_id": "worker-3"}},
    {"type": "secret.created", "message": "Secret 'web-tls' created"},
    {"type": "volume.created", "message": "Volume 'data' created", "metadata": {"volume_id": "vol-1"}},
]


class Filter(DashboardTestCase):
    def own_filter(self):
        own, = self.thumpd.subscribers()
        return own["filter"]

    def test_types_are_the_servers_own_filter_and_in_the_url(self):
        everything = self.own_filter()
        self.browser.type("#types", "task.*, node.down" + ENTER)
        eventually(lambda: self.own_filter() != everything, "the server's filter")
        self.thumpd.publish([{"type": "service.created"}, {"type": "task.failed", "message": "wanted"}])
        self.wait_for_row("wanted")
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(self.thumpd.subscribers()[0]["ledger"]["matched"], 1)
        self.assertEqual(self.browser.evaluate("return location.search"), "?types=task.*,node.down")

    def test_metadata_conditions_are_added_and_removed(self):
        for condition in ("node=a=b", "node=c", "zone=€ &+"):
            self.browser.type("#condition", condition + ENTER)
            self.wait_for_text(condition, "#conditions")
        self.thumpd.publish([{"type": "t", "message": "one", "metadata": {"node": "a=b"}},
                             {"type": "t", "message": "two", "metadata": {"node": "c", "zone": "€ &+"}}])
        self.wait_for_row("two")
        self.assertEqual(len(self.rows()), 1)
        query = urllib.parse.parse_qs(self.browser.evaluate("return location.search.slice(1)"))
        # A '=' in the value belongs to the value.
        self.assertEqual(query, {"meta.node": ["a=b", "c"], "meta.zone": ["€ &+"]})
        self.browser.click("#conditions .chip:last-child")
        eventually(lambda: "zone" not in self.own_filter(), "the wider filter")

    def test_shared_url_shows_the_same_view(self):
        self.open("?types=task.failed&meta.task_id=a%26b")
        self.assertEqual(self.text("#conditions").split("✕")[0], "task_id=a&b")
        self.thumpd.publish([{"type": "task.failed", "message": "other"},
                             {"type": "task.failed", "message": "this", "metadata": {"task_id": "a&b"}}])
        self.wait_for_row("this")
        self.assertEqual(len(self.rows()), 1)

    def test_back_returns_to_the_filter_before(self):
        everything = self.own_filter()
        self.browser.type("#types", "a" + ENTER)
        eventually(lambda: self.own_filter() != everything, "the filter")
        eventually(lambda: self.browser.evaluate("return location.search") == "?types=a", "the URL")
        self.browser.evaluate("history.back()")
        eventually(lambda: self.own_filter() == everything, "the filter before")

    def test_refused_filter_is_told_in_the_servers_words_and_the_old_one_stays(self):
        self.browser.type("#types", "task..failed" + ENTER)
        self.wait_for_text("task..failed", "#filter-error")
        self.assertEqual(self.browser.evaluate("return location.search"), "")
        self.thumpd.publish({"type": "t", "message": "still here"})
        self.wait_for_row("still here")

    def test_refused_filter_of_a_url_can_be_mended(self):
        self.browser.open(self.url("?types=..."))
        self.wait_for_text("...", "#filter-error")
        self.browser.evaluate("document.getElementById('types').value = ''")
        self.browser.type("#types", "t" + ENTER)
        self.wait_until_live()
        self.assertEqual(self.text("#filter-error"), "")

    def test_event_narrows_the_filter(self):
        self.thumpd.publish(EVENTS)
        self.wait_for_row("image not found")
        self.browser.click(".row:first-child")
        kind = self.text("#detail-title")
        self.browser.click("#detail-filters .chip")
        eventually(lambda: self.browser.evaluate("return location.search") == f"?types={kind}", "the URL")
        self.assertEqual(self.browser.evaluate("return document.getElementById('types').value"), kind)


    def test_other_filter_begins_anew_with_what_history_has(self):
        self.thumpd.publish([{"type": "a", "message": "one"}, {"type": "b", "message": "two"}])
        self.wait_for_row("two")
        eventually(lambda: "b" in (self.text("#legend") or ""), "the legend")
        self.browser.click("#pause")
        self.browser.type("#types", "a" + ENTER)
        self.wait_for_row("one")
        eventually(lambda: len(self.rows()) == 1, "no row of another type")
        self.assertEqual(self.text("#legend"), "")
        self.browser.evaluate("history.back()")
        self.wait_for_row("two")

    def test_url_says_where_to_begin_and_where_to_end(self):
        self.thumpd.publish([{"type": "t", "message": message} for message in ("one", "two", "three")])
        self.browser.open(self.url("?since=1&until=2"))
        self.wait_for_row("two")
        self.wait_for_text("the server ended the stream", "#state")
        self.assertEqual(len(self.rows(".row:not(.note)")), 1)

    def test_what_the_page_does_not_know_of_a_url_is_told(self):
        self.open("?type=a&max_rate=5&overflow=latest")
        self.wait_for_text("'type'", "#filter-error")
        self.assertNotIn("max_rate", self.text("#filter-error"))
        self.assertEqual(self.thumpd.subscribers()[0]["overflow"], "latest")

    def test_no_key_of_metadata_is_special(self):
        self.open("?meta.constructor=a&meta.__proto__=b")
        self.assertEqual(self.text("#conditions").replace("✕", "").split(), ["constructor=a", "__proto__=b"])
        self.thumpd.publish([{"type": "t", "message": "other"}, {"type": "t", "message": "this", "metadata":
                             {"constructor": "a", "__proto__": "b"}}])
        self.wait_for_row("this")
        self.assertEqual(len(self.rows()), 1)


class History(DashboardTestCase):
    def test_page_begins_with_the_last_hundred_which_do_not_arrive_now(self):
        self.thumpd.publish([{"type": "old", "message": f"number {i}"} for i in range(150)])
        self.open()
        self.wait_for_row("number 149")
        self.thumpd.publish({"type": "new", "message": "live"})
        self.wait_for_row("live")
        eventually(lambda: "new" in (self.text("#legend") or ""), "the legend")
        self.assertNotIn("old", self.text("#legend"))
        self.browser.evaluate("document.getElementById('list').scrollTop = 1e6")
        self.wait_for_row("number 50")
        self.assertFalse([row for row in self.rows() if "number 49" in row])

    def test_page_catches_up_rather_than_lose(self):
        self.assertEqual(self.thumpd.subscribers()[0]["overflow"], "catch_up")
        self.open("?overflow=drop_oldest")
        self.assertEqual(self.thumpd.subscribers()[0]["overflow"], "drop_oldest")


class NoHistory(DashboardTestCase):
    config = {"server": {"drain_timeout": "500ms"}, "history": {"max_events": 0}}

    def test_page_does_without(self):
        self.thumpd.publish({"type": "a", "message": "one"})
        self.wait_for_row("one")
        self.assertFalse(self.text("#filter-error"))
        self.browser.type("#types", "b" + ENTER)
        eventually(lambda: not self.rows(), "an empty list")
        self.thumpd.publish({"type": "b", "message": "two"})
        self.wait_for_row("two")
        self.assertFalse(self.text("#filter-error"))


class List(DashboardTestCase):
    def test_markup_stays_text_everywhere(self):
        self.thumpd.publish({"type": "task.failed", "id": MARKUP, "message": MARKUP,
                             "metadata": {MARKUP: MARKUP}, "data": {MARKUP: MARKUP}})
        self.wait_for_row("<img src=x")
        self.browser.click(".row")
        self.wait_for_text("<img src=x", "#detail-json")
        self.browser.evaluate("document.querySelector('#detail-filters .chip:last-child').click()")
        self.wait_for_text("<img src=x", "#conditions")
        self.assertEqual(self.browser.evaluate("return document.querySelectorAll('img[src=x]').length"), 0)
        self.assertIsNone(self.browser.evaluate("return window.forged ?? null"))

    def test_record_is_shown_in_full_with_the_digits_of_its_numbers(self):
        self.thumpd.publish('{"type":"t","message":"m","data":{"big":12345678901234567890,"a":[1,[]]}}')
        self.wait_for_row("m")
        self.browser.click(".row")
        self.wait_for_text('"big": 12345678901234567890', "#detail-json")
        self.screenshot("detail")
        self.browser.click("#detail-close")
        self.assertFalse(self.browser.evaluate("return document.getElementById('detail').open"))

    def test_row_tells_another_days_date_and_all_tell_utc(self):
        self.thumpd.publish([{"type": "t", "message": "old", "timestamp": "2020-01-02T03:04:05.678901+01:00"},
                             {"type": "t", "message": "new"}])
        self.assertIn("2020-01-02 02:04:05.678Z", self.wait_for_row("old"))
        self.assertRegex(self.wait_for_row("new"), r"(?m)^\d\d:\d\d:\d\d(\.\d+)?Z$")

    def test_what_turns_the_text_around_it_is_made_visible(self):
        self.websocket("?name=" + urllib.parse.quote("a\u202eb"))
        self.thumpd.publish({"type": "t", "message": "invoice\u202efdp.exe\n\x1b[1m",
                             "metadata": {"k\u2066": "v"}})
        self.assertIn(r"invoice\u202efdp.exe\n\x1b[1m", self.wait_for_row("invoice"))
        self.assertIn(r"k\u2066=v", self.wait_for_row("invoice"))
        self.wait_for_text(r"a\u202eb", "#subscriber-rows")
        self.browser.click(".row")
        self.wait_for_text(r"invoice\u202efdp.exe\n\u001b[1m", "#detail-json")
        self.assertNotIn("\u2066", self.text("#detail"))

    def test_no_type_is_special(self):
        self.thumpd.publish([{"type": kind} for kind in ("constructor.created", "__proto__.x", "x.toString")])
        self.wait_for_row("toString")
        hues = self.browser.evaluate(
            "return [...document.querySelectorAll('.row')].map(row => row.style.getPropertyValue('--hue'))")
        for hue in hues:
            self.assertRegex(hue, r"^-?\d+$")

    def test_row_tells_its_place_to_those_who_do_not_see_it(self):
        self.thumpd.publish([{"type": "t", "message": f"number {i}"} for i in range(100)])
        self.wait_for_row("number 99")
        self.browser.type("#list", ARROW_DOWN + ARROW_DOWN)

        def selected():
            return self.browser.evaluate(
                "const rows = [...document.querySelectorAll('.row[aria-selected=true]')];"
                "return rows.map(row => [row.innerText.includes('number 98'),"
                " row.getAttribute('aria-posinset'), row.getAttribute('aria-setsize')])")

        eventually(lambda: selected() == [[True, "2", "100"]], "the place of the row")

    def test_keyboard_reads_the_list(self):
        self.thumpd.publish([{"type": "t", "message": f"number {i}"} for i in range(5)])
        self.wait_for_row("number 4")
        self.browser.type("#list", ARROW_DOWN + ARROW_DOWN)
        # Whoever is on a row keeps it, whatever comes.
        self.thumpd.publish([{"type": "t", "message": "later"}])
        self.wait_for_text("1 newer", "#newer")
        self.browser.type("#list", ENTER)
        self.wait_for_text("number 3", "#detail-json")
        self.browser.click("#detail-close")
        self.browser.type("#list", ESCAPE)
        self.wait_for_row("later")

    def test_pause_holds_what_is_seen_and_loses_nothing(self):
        self.thumpd.publish({"type": "t", "message": "before"})
        self.wait_for_row("before")
        self.browser.click("#pause")
        self.thumpd.publish([{"type": "t", "message": "meanwhile"}] * 3)
        self.wait_for_text("3 newer", "#newer")
        self.assertEqual(len(self.rows()), 1)
        self.browser.click("#pause")
        self.wait_for_row("meanwhile")
        self.assertEqual(len(self.rows()), 4)

    def test_clear_empties_and_goes_on(self):
        self.thumpd.publish({"type": "t", "message": "before"})
        self.wait_for_row("before")
        self.browser.click("#clear")
        eventually(lambda: not self.rows(), "an empty list")
        self.thumpd.publish({"type": "t", "message": "after"})
        self.wait_for_row("after")
        self.assertEqual(len(self.rows()), 1)

    def test_reader_further_down_is_not_moved(self):
        self.thumpd.publish([{"type": "t", "message": f"number {i}"} for i in range(100)])
        self.wait_for_row("number 99")
        self.browser.evaluate("document.getElementById('list').scrollTop = 1500")
        eventually(lambda: "number 99" not in self.text("#list"), "the rows further down")
        before = self.rows()
        self.thumpd.publish([{"type": "t", "message": "later"}] * 10)
        self.wait_for_text("10 newer", "#newer")
        self.assertEqual(self.rows(), before)
        self.browser.click("#newer")
        self.wait_for_row("later")


class Publishing(DashboardTestCase):
    def test_form_publishes(self):
        self.browser.type("#publish-type", "task.failed")
        self.browser.type("#publish-message", "from <the> form")
        self.browser.type("#publish-metadata", "task_id=a=b")
        self.browser.type("#publish-data", '{"n": 12345678901234567890}')
        self.browser.click("#publish .primary")
        self.wait_for_text("Published as 1", "#publish-result")
        self.wait_for_row("from <the> form")
        self.browser.click(".row")
        self.wait_for_text("12345678901234567890", "#detail-json")
        self.wait_for_text('"task_id": "a=b"', "#detail-json")

    def test_form_shows_what_the_server_refuses(self):
        self.browser.type("#publish-type", "no good")
        self.browser.click("#publish .primary")
        eventually(lambda: self.browser.evaluate(
            "return document.getElementById('publish-result').className") == "error", "the refusal")
        self.assertEqual(self.invalid(), ["publish-type"])

    def invalid(self):
        return self.browser.evaluate(
            "return [...document.querySelectorAll('[aria-invalid=true]')].map(field => field.id)")

    def test_form_takes_a_key_of_metadata_once(self):
        self.browser.type("#publish-type", "t")
        self.browser.type("#publish-metadata", "a=1\nb=1\na=2")
        self.browser.click("#publish .primary")
        self.wait_for_text('"a" twice', "#publish-result")
        self.assertEqual(self.invalid(), ["publish-metadata"])
        self.assertEqual(self.thumpd.stats()["published"], 0)

    def test_form_checks_its_json(self):
        self.browser.type("#publish-type", "t")
        self.browser.type("#publish-data", "{")
        self.browser.click("#publish .primary")
        self.wait_for_text("Data is not JSON", "#publish-result")
        self.assertEqual(self.thumpd.stats()["published"], 0)


class Subscribers(DashboardTestCase):
    def test_operator_disconnects_one(self):
        other = self.websocket("?name=reconciler&types=task.*")
        self.wait_for_text("reconciler", "#subscriber-rows")
        button = "tr:has([aria-label*=reconciler]) button"
        self.browser.evaluate(f"document.querySelector('{button}').focus()")
        self.browser.click(button)
        self.wait_for_text("Really?", "#subscriber-rows")
        self.assertRegex(self.browser.evaluate(f"return document.querySelector('{button}').ariaLabel"),
                         r"^Really disconnect reconciler #\d+$")
        self.assertEqual(self.thumpd.stats()["subscribers"], 2)
        self.browser.click(button)

        def disconnected():  # on a machine that is slow the question may have lapsed
            time.sleep(0.5)
            if self.thumpd.stats()["subscribers"] == 1:
                return True
            self.browser.evaluate(f"document.querySelector('{button}')?.click()")
            return False

        eventually(disconnected)
        self.assertEqual(other.close_code(), 4010)
        eventually(lambda: "reconciler" not in self.text("#subscriber-rows"), "the row's end")

    def test_long_names_differ_where_they_are_cut(self):
        pods = [f"deployment-controller-of-the-eastern-region-7f9c6d5b8-{end}" for end in ("abcde", "fghij")]
        for pod in pods:
            self.websocket(f"?name={pod}")
        for end in ("abcde", "fghij"):
            self.wait_for_text(end, "#subscriber-rows")
        rows = self.browser.evaluate(
            "return [...document.querySelectorAll('#subscriber-rows th')].map(name => {"
            " const [start, end, id] = name.querySelector('.label').children;"
            " return {title: name.title, id: id.textContent.trim(), end: end.textContent,"
            "         whole: id.getBoundingClientRect().right <= name.getBoundingClientRect().right"
            "                && end.getBoundingClientRect().width > 0}; })")
        rows = [row for row in rows if "deployment" in row["title"]]
        self.assertEqual(len({row["end"] for row in rows}), 2)
        for row in rows:
            self.assertTrue(row["whole"], row)
            self.assertRegex(row["title"], rf"^{'|'.join(pods)} {row['id']}\n.* · 127.0.0.1:\d+$")

    def test_page_that_an_operator_disconnected_stays_away_until_asked(self):
        own, = self.thumpd.subscribers()
        self.assertEqual(self.thumpd.request("DELETE", f"/v1/subscribers/{own['id']}").status, 204)
        self.wait_for_text("Disconnected", "#state")
        self.browser.evaluate("dispatchEvent(new Event('online'))")
        self.assertIn("Disconnected", self.text("#state"))
        self.browser.click("#retry")
        self.wait_until_live()


class Losses(DashboardTestCase):
    config = {"server": {"send_buffer_bytes": 65536, "drain_timeout": "500ms"}}

    def table(self, name):
        return self.browser.evaluate(
            "const row = [...document.querySelectorAll('#subscriber-rows tr')]"
            ".find(row => row.innerText.includes(arguments[0]));"
            "return row ? [row.children[0].innerText, row.children[3].innerText, row.querySelectorAll('.bad').length]"
            " : ['', '', 0]", name)

    def test_what_is_conflated_on_purpose_is_no_loss(self):
        self.websocket("?name=paced&overflow=latest&max_rate=0.001")
        self.thumpd.publish([{"type": "t"}] * 10)
        eventually(lambda: "conflated" in self.table("paced")[0], "a conflation in the table")
        conflated = self.thumpd.stats()["ledger"]["conflated"]
        self.assertGreater(conflated, 0)
        self.assertIn(f" · latest, {conflated} conflated · ", self.table("paced")[0])
        self.assertEqual(self.table("paced")[1:], ["0", 0])
        self.wait_for_text(str(conflated), "#conflated")
        self.assertEqual(self.text("#dropped"), "0")

    def test_page_that_conflates_says_so_calmly(self):
        self.open("?overflow=latest&max_rate=1&types=t")
        eventually(lambda: self.thumpd.publish([{"type": "t"}] * 3) and self.rows(".row.gap.calm"),
                   "a conflation")
        self.assertIn("conflated", self.rows(".row.gap")[0])
        self.assertEqual(self.text("#lost"), "")

    def test_what_the_end_of_a_subscription_took_is_no_loss(self):
        reader = self.websocket("?queue=10000")
        for _ in range(40):
            self.thumpd.publish([{"type": "t", "message": "x" * 60_000}] * 16)
        eventually(lambda: self.thumpd.stats()["ledger"]["queued"], "a queue")
        self.thumpd.request("DELETE", f"/v1/subscribers/{reader.welcome['subscriber']}")
        eventually(lambda: self.thumpd.stats()["dropped"]["subscription_ended"], "what the end took")
        stats = self.thumpd.stats()
        lost = stats["dropped"]["queue_full"] + stats["dropped"]["history_overrun"]
        published = f"{stats['published']:,}"
        self.wait_for_text(published, "#published")
        eventually(lambda: self.text("#dropped") == f"{lost:,}", "the losses alone")


class Refused(DashboardTestCase):
    def refuse(self, path):
        """From the next page on, as a proxy before the server would."""
        script = self.browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=REFUSE % path)
        self.addCleanup(self.browser.devtools, "Page.removeScriptToEvaluateOnNewDocument", **script)

    def test_list_of_subscribers_that_is_refused_costs_no_figures(self):
        self.refuse("v1/subscribers")
        self.open()
        self.thumpd.publish([{"type": "t"}] * 3)
        self.wait_for_text("403 Forbidden", "#subscribers")
        self.wait_for_text("3", "#published")
        self.assertFalse(self.text("#subscriber-rows"))

    def test_figures_that_are_refused_cost_no_list(self):
        self.refuse("v1/stats")
        self.open()
        self.wait_for_text("this page", "#subscriber-rows")
        self.assertEqual(self.text("#published"), "–")
        self.assertIn("403 Forbidden", self.browser.evaluate("return document.getElementById('figures').title"))


class ShortHistory(DashboardTestCase):
    config = {"server": {"drain_timeout": "500ms"}, "history": {"max_events": 5}}

    def test_gap_is_told_whole_on_a_phone(self):
        self.addCleanup(self.browser.emulate, 1200, 800)
        self.thumpd.publish([{"type": "t"}] * 20)
        self.browser.emulate(390, 844, phone=True)
        self.open("?since=1")
        self.wait_for_row("Up to 14 events lost", ".row.gap")
        # As long as one gets.
        self.browser.evaluate(
            "document.querySelector('.row.gap .message').textContent ="
            " 'Up to 1234567 events lost, 123456789–234567890, history overrun, still in history'")
        self.screenshot("phone-gap")
        self.assertTrue(self.browser.evaluate(
            "const row = document.querySelector('.row.gap'), said = row.querySelector('.message');"
            "const [around, inside] = [row, said].map(e => e.getBoundingClientRect());"
            "return inside.top >= around.top && inside.bottom <= around.bottom"
            "    && said.scrollHeight <= said.clientHeight && said.scrollWidth <= said.clientWidth"))


class Look(DashboardTestCase):
    def test_page_is_whole_at_every_size(self):
        self.addCleanup(self.browser.emulate, 1200, 800)
        self.thumpd.publish(EVENTS * 8)
        self.wait_for_row("worker-3")
        # The chart shows whole seconds.
        eventually(lambda: "task.failed" in (self.text("#legend") or ""), "the legend")
        for name, look in LOOKS.items():
            with self.subTest(name):
                self.browser.emulate(**look)
                wide = self.browser.evaluate("return document.documentElement.scrollWidth")
                self.assertLessEqual(wide, look["width"])
                eventually(lambda: len(self.rows()) > 3, "rows at this size")
                self.screenshot(name)
        self.assertEqual(self.grave_errors(), [])

    def test_panels_share_a_small_screen(self):
        self.addCleanup(self.browser.emulate, 1200, 800)
        for i in range(12):
            self.websocket(f"?name=reader-{i}")
        self.thumpd.publish([{"type": "service.updated", "message": "a message that goes on for quite a while",
                              "metadata": {f"key_{i}": "v" * 30 for i in range(9)}}] * 50)
        self.wait_for_row("quite a while")
        self.wait_for_text("reader-11", "#subscriber-rows")
        for width, height in ((1440, 900), (1366, 768), (1024, 768), (1024, 650)):
            with self.subTest(f"{width}x{height}"):
                self.browser.emulate(width, height)
                eventually(lambda: self.browser.evaluate("return innerWidth") == width, "the size")
                whole, message, overlaps = self.browser.evaluate(LAYOUT)
                self.assertLessEqual(whole, height)
                self.assertGreaterEqual(message, 180)
                self.assertEqual(overlaps, [])

    def test_legend_names_what_is_no_type_of_its_own(self):
        self.thumpd.publish([{"type": f"t{i}"} for i in range(9)] * 2)
        eventually(lambda: "others" in (self.text("#legend") or ""), "the others")
        self.assertNotIn("lost", self.text("#legend"))

    def test_edges_of_fields_can_be_seen(self):
        self.addCleanup(self.browser.emulate, 1200, 800)
        for dark in (False, True):
            self.browser.emulate(1200, 800, dark=dark)
            for inside in (True, False):
                least = self.browser.evaluate(CONTRAST, inside)
                self.assertGreaterEqual(least, 3, f"dark: {dark}, inside: {inside}")

    def test_everything_that_can_be_used_has_a_name(self):
        self.thumpd.publish(EVENTS)
        self.wait_for_row("worker-3")
        nameless = self.browser.evaluate(
            "return [...document.querySelectorAll('button, input, textarea, [tabindex]')].filter(e =>"
            " !e.hidden && !e.innerText?.trim() && !e.ariaLabel && !e.labels?.length && !e.getAttribute('aria-labelledby'))"
            ".map(e => e.outerHTML)")
        self.assertEqual(nameless, [])


if __name__ == "__main__":
    main()
