#!/usr/bin/python3 -B
"""Tests the parts of the harness that need no server: ratios, tables, the definitions of workloads, saved results."""

import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import machine, ratios, report, runner, store, table, workloads  # noqa: E402
from harness.peers import KINDS  # noqa: E402
from harness.workload import Entrant, Figure, Group, Ratio, Workload  # noqa: E402

GROUP = Group("Speed", "As an example.", (Figure("rate", "per second", "rate"), Figure("p50_us", "p50 ms", "ms")))


def result(*rates, **more):
    return {"rounds": [{"rate": rate, "p50_us": 1000.0} for rate in rates], "sync_us": 100.0} | more


def example(**ratio):
    entrants = (Entrant("ours", "notifyd"), Entrant("theirs", "redis"))
    return Workload(GROUP, "one", "publish", entrants, (Ratio("ours", "theirs", "rate", **ratio),))


class Ratios(unittest.TestCase):
    def test_ratios_are_calculated_within_each_repeat(self):
        runs = {"ours": [result(10, 20, 30), result(100)], "theirs": [result(10), result(200)]}
        found = ratios.outcome(Ratio("ours", "theirs", "rate"), runs)
        self.assertEqual(found.values, (2, 0.5))
        self.assertEqual(found.median, 1.25)

    def test_a_failed_repeat_is_left_out(self):
        runs = {"ours": [result(10), result(30)], "theirs": [{"failed": "no start"}, result(10)]}
        found = ratios.outcome(Ratio("ours", "theirs", "rate"), runs)
        self.assertEqual(found.values, (3,))
        self.assertEqual(found.remark, "theirs failed")

    def test_nothing_to_divide(self):
        ratio = Ratio("ours", "theirs", "rate")
        self.assertIsNone(ratios.outcome(ratio, {"ours": [result(1)], "theirs": []}))
        self.assertIsNone(ratios.outcome(ratio, {"ours": [result(1)], "theirs": [result(0)]}))

    def test_syncs_are_added_to_the_denominator(self):
        runs = {"ours": [result(1)], "theirs": [result(1)]}
        found = ratios.outcome(Ratio("ours", "theirs", "p50_us", syncs=2), runs)
        self.assertAlmostEqual(found.median, 1000 / 1200)

    def test_a_constant(self):
        runs = {"ours": [{"rss": 4096}]}
        self.assertEqual(ratios.outcome(Ratio("ours", 8192.0, "rss"), runs).median, 0.5)

    def test_figures_are_extrapolated_to_a_whole_core(self):
        entry = {"rounds": [{"connects_per_second": 100.0, "server_cpu": 0.5}, {"connects_per_second": 1.0}]}
        self.assertEqual(ratios.figures(entry, "connects_per_server_core"), [200])

    def test_goals(self):
        self.assertTrue(Ratio("a", "b", "rate", at_least=1).is_reached(1))
        self.assertFalse(Ratio("a", "b", "rate", at_least=1).is_reached(0.99))
        self.assertTrue(Ratio("a", "b", "rate", at_most=1).is_reached(1))
        self.assertFalse(Ratio("a", "b", "rate", at_most=1).is_reached(1.01))
        self.assertEqual(Ratio("a", "b", "rate", at_least=0.7).title, "a ÷ b (≥ 0.7)")


class Machine(unittest.TestCase):
    def test_lists_of_processors(self):
        self.assertEqual([machine.read_list(text) for text in ("0\n", "0,4\n", "2-3\n", "0-1,8-9\n")],
                         [{0}, {0, 4}, {2, 3}, {0, 1, 8, 9}])
        self.assertIn(0, machine.siblings_of(0))


class Faults(unittest.TestCase):
    def test_lost_messages_are_reported_and_the_figure_is_kept(self):
        runs = {"ours": [result(80)], "theirs": [result(10, checks={"gaps": 1234, "first_error": ""})]}
        self.assertEqual(ratios.faults_of(runs["theirs"]), "lost 1,234")
        self.assertEqual(table.ratio_cell(Ratio("ours", "theirs", "rate"), runs), "8.00 (theirs lost 1,234)")

    def test_a_failure_is_shortened_only_in_tables(self):
        failed = {"failed": "the generator ended with 2: no such option"}
        self.assertIn("no such option", runner.describe_faults(failed))
        self.assertEqual(ratios.faults_of([failed]), "failed")

    def test_no_fault(self):
        self.assertEqual(runner.describe_faults(result(1, checks={"gaps": 0, "errors": 0, "first_error": ""})), "")


class Disturbed(unittest.TestCase):
    def run_them(self, results, shares):
        """The result that is kept, and the number of runs. Other guests take the given share of each run."""
        made, stolen = iter(results), mock.Mock(**{"share.side_effect": shares})
        with mock.patch.object(machine, "Stolen", return_value=stolen), mock.patch.object(runner, "PAUSE_SECONDS", 0):
            runs = runner.Runner(mock.Mock(), None, mock.Mock())
            with mock.patch.object(runs, "_run", side_effect=lambda *_: next(made)):
                return runs._run_undisturbed(None, None, None), stolen.share.call_count

    def test_the_least_disturbed_run_is_kept(self):
        self.assertEqual(self.run_them([result(1), result(2)], [0.3, 0.01]), (result(2) | {"stolen": 0.01}, 2))
        self.assertEqual(self.run_them([result(n) for n in range(4)], [0.3, 0.2, 0.4, 0.5]),
                         (result(1) | {"stolen": 0.2}, 4))

    def test_a_run_with_a_fault_is_kept(self):
        lost = result(1, checks={"gaps": 1})
        self.assertEqual(self.run_them([lost, result(2)], [0.3, 0.01]), (lost | {"stolen": 0.3}, 1))


class Tables(unittest.TestCase):
    def test_cells(self):
        self.assertEqual(table.cell([1.5e6, 2.5e6, 2e6], "rate"), "2.00 M [1.50–2.50]")
        self.assertEqual(table.cell([12_345], "rate"), "12.3 k")
        self.assertEqual(table.cell([250.0], "ms"), "0.25")
        self.assertEqual(table.cell([0.5, 0.7], "share"), "60%")
        self.assertEqual(table.cell([2048], "KiB"), "2.00")
        self.assertEqual(table.cell([], "ms"), "")

    def test_a_missed_goal_is_marked(self):
        workload = example(at_least=1)
        missed = {workload.key: {"ours": [result(5)], "theirs": [result(10)]}}
        self.assertIn("0.50 ✗", table.ratio_table([workload], missed))
        self.assertIn("0 of 1 goals", report.goals([workload], missed))
        reached = {workload.key: {"ours": [result(10)], "theirs": [result(10)]}}
        self.assertNotIn("✗", table.ratio_table([workload], reached))
        self.assertEqual(report.goals([workload], reached), "All 1 goals are reached.")

    def test_a_goal_that_was_not_measured_is_not_reached(self):
        workload = example(at_least=1)
        failed = {workload.key: {"ours": [result(5)], "theirs": [{"failed": "x"}]}}
        self.assertEqual(report.goals([workload], failed),
                         f"Not measured:\n\n- {workload.key}: {workload.ratios[0].title}")

    def test_every_line_has_the_same_number_of_columns(self):
        workload = example()
        text = table.figure_table([workload], {workload.key: {"ours": [result(5)], "theirs": [{"failed": "x"}]}})
        self.assertEqual(len({line.count("|") for line in text.splitlines()}), 1)


class Workloads(unittest.TestCase):
    def test_workloads_are_consistent(self):
        for all_workloads in (workloads.full(1_000_000), workloads.quick()):
            self.assertEqual(len({workload.key for workload in all_workloads}), len(all_workloads))
            for workload in all_workloads:
                names = {entrant.name for entrant in workload.entrants}
                self.assertEqual(len(names), len(workload.entrants), workload.key)
                for ratio in workload.ratios:
                    self.assertIn(ratio.over, names, workload.key)
                    self.assertTrue(isinstance(ratio.under, float) or ratio.under in names, workload.key)
                for entrant in workload.entrants:
                    self.assertIn(entrant.server, KINDS)

    def test_ratios_of_a_missing_peer_are_left_out(self):
        workload = example().among({"notifyd"})
        self.assertEqual([entrant.name for entrant in workload.entrants], ["ours"])
        self.assertEqual(workload.ratios, ())
        self.assertIsNone(example().among({"nats"}))

    def test_a_quick_run_needs_no_peer(self):
        servers = {entrant.server for workload in workloads.quick() for entrant in workload.entrants}
        self.assertEqual(servers, {"notifyd"})


class Store(unittest.TestCase):
    def test_the_later_file_wins(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second = pathlib.Path(folder, "1"), pathlib.Path(folder, "2")
            store.save(first, {"date": "a"}, {"x": {"ours": []}, "y": {"ours": []}})
            store.save(second, {"date": "b"}, {"y": {"theirs": []}})
            facts, results = store.load([first, second])
        self.assertEqual([fact["date"] for fact in facts], ["a", "b"])
        self.assertEqual(results, {"x": {"ours": []}, "y": {"theirs": []}})


if __name__ == "__main__":
    unittest.main()
