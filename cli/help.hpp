// The words of --help: examples and exit codes, so that nobody needs a manual for the first hour.
#pragma once

namespace lockstep::cli::help {

inline constexpr const char* about =
    "Lockstep finds the bugs that let two workers hold the same lock: real code in a simulated\n"
    "world, every fault a seed can choose, exact checkers, and one line that replays a failure.";

inline constexpr const char* exit_codes =
    "Exit codes:\n"
    "  0    as expected\n"
    "  1    a violation, an anomaly neither expected nor allowed, or an expected one missed\n"
    "  2    unknown: too few seeds, something required never happened, or not judged\n"
    "  3    divergence: a plan ran in two ways, or a replay left its path\n"
    "  64   wrong usage       65   bad input file        66   missing file or empty folder\n"
    "  69   no server there   70   internal error        74   cannot write\n"
    "  130  interrupted; results of what had run are written";

inline constexpr const char* main_examples =
    "Examples:\n"
    "  lockstep run scenarios/lock                      100 seeds of every scenario below a "
    "folder\n"
    "  lockstep run scenarios/lock --seeds 500 --json results.json\n"
    "  lockstep replay out/redis_evicts_keys/12/failure.json --trace\n"
    "  lockstep shrink out/redis_evicts_keys/12/failure.json    to the few events that matter\n"
    "  lockstep check history.jsonl                     judge a history of your own\n"
    "  lockstep live scenarios/lock/redis_lock_holder_crashes.json --spawn    in real time\n"
    "  lockstep report out/redis_evicts_keys/12         a page to look at\n"
    "  lockstep list faults\n"
    "  lockstep run --help                              all options of a command\n";

inline constexpr const char* run_about =
    "Runs scenarios under many seeds; compares what they show with what they expect.";

inline constexpr const char* run_examples =
    "A SCENARIO is a file or a folder (all *.json below it). Results go to stdout, a line per\n"
    "scenario; each failing seed leaves OUT/<scenario>/<seed>/failure.json and a line that "
    "replays\n"
    "it. Verdicts and trace hashes do not depend on --jobs.\n"
    "\n"
    "Examples:\n"
    "  lockstep run scenarios/lock/redis_evicts_keys.json --seed 12\n"
    "  lockstep run scenarios/lock --seeds 1000@0x2a --jobs 2\n"
    "  lockstep run scenarios/lock --for 60s --fail-fast        as many seeds as fit\n"
    "  lockstep run scenarios/lock --shard 1/4 --json 1.json    one of four machines; then merge\n"
    "  lockstep run my.json --set lock.ttl=10s --set clocks.drift_ppm=-500..500\n"
    "  lockstep run scenarios --check-determinism --seeds 20    every seed twice\n"
    "  lockstep run scenarios --seeds 200@$(git rev-parse HEAD) --shard auto --json part.json\n";

inline constexpr const char* merge_about =
    "Makes the results of shards into those of one run: same verdicts, counts and exit code.";

inline constexpr const char* merge_examples =
    "RESULTS are files that `run --shard I/N --json FILE` wrote, one of each shard of one "
    "campaign\n"
    "(same version, seeds, options, scenarios). What failing seeds left stays with the shards.\n"
    "\n"
    "Examples:\n"
    "  lockstep merge shard-1.json shard-2.json\n"
    "  lockstep merge shards/*.json -o results.json --junit results.xml\n"
    "  lockstep merge shards/*.json --markdown \"$GITHUB_STEP_SUMMARY\"\n"
    "  lockstep merge shards/*.json --partial           a machine was lost: the others' results\n";

inline constexpr const char* replay_about =
    "Runs one seed again; a failure file must take the same path.";

inline constexpr const char* replay_examples =
    "A failure file stands alone: it replays in any folder, without its scenario. Exits as `run`\n"
    "would on that one seed, with 3 when it left its path, and with 0 when --until-event cut it\n"
    "short. Of a folder: every failure file below it, a line each.\n"
    "\n"
    "Examples:\n"
    "  lockstep replay out/redis_evicts_keys/12/failure.json\n"
    "  lockstep replay scenarios/regressions\n"
    "  lockstep replay out/redis_evicts_keys/12/failure.json --trace --until-event 4711\n"
    "  lockstep replay scenarios/lock/redis_evicts_keys.json --seed 12\n";

inline constexpr const char* shrink_about =
    "Makes a failure as small as it gets: few faults, few operations, and the same anomaly.";

inline constexpr const char* shrink_examples =
    "Takes away faults, operations, clients, nodes and time, then makes numbers smaller and "
    "rounder,\n"
    "and keeps whatever still shows the anomaly. The result is a failure file that replays, with "
    "a\n"
    "story: what happens in it, line by line. Ctrl-C keeps the smallest so far.\n"
    "\n"
    "Examples:\n"
    "  lockstep shrink out/redis_evicts_keys/12/failure.json\n"
    "  lockstep shrink failure.json -o small.json --budget 5m\n"
    "  lockstep shrink failure.json --anomaly lock/double-grant\n"
    "  lockstep shrink failure.json --regression -o regressions/what_broke.json \\\n"
    "           --about \"The bug, in a sentence.\"\n"
    "  lockstep replay regressions                  none of them may fail again\n";

inline constexpr const char* check_about =
    "Judges recorded histories: valid, invalid with a witness, or unknown.";

inline constexpr const char* check_examples =
    "Reads Lockstep's own JSONL (README, \"Your own history\"); `run` leaves one beside each\n"
    "failure.\n"
    "\n"
    "Examples:\n"
    "  lockstep check out/redis_evicts_keys/12/history.jsonl\n"
    "  lockstep check --model lease-lock --json mine.jsonl > verdict.json\n";

inline constexpr const char* live_about =
    "Runs a scenario in real time against real servers, and judges what its clients recorded.";

inline constexpr const char* live_examples =
    "Each client of the scenario is a process, with a proxy between it and each server; faults "
    "are\n"
    "done to them for real: kill -9, SIGSTOP, cut and delayed connections. With --spawn servers "
    "are\n"
    "started too, and killed, paused, and given wall clocks that jump. `lockstep list faults` "
    "says\n"
    "what each kind is live; a kind that has no live form is refused before anything starts.\n"
    "The seed draws the plan as in `run`, but time is real, so no run repeats.\n"
    "The history is OUT/live/<scenario>/<seed>/history.jsonl. Ctrl-C ends all processes and "
    "judges\n"
    "what there is. A database named by --redis must be empty, and keeps what the run leaves.\n"
    "\n"
    "Examples:\n"
    "  lockstep live scenarios/lock/redis_lock_kills_pauses_cuts.json --spawn --duration 30s\n"
    "  lockstep live scenarios/lock/redis_wall_clock_jumps_forward.json --spawn\n"
    "  lockstep live scenarios/lock/zoo_plain_delete.json --spawn --duration 20s --seed 3\n"
    "  lockstep live my.json --redis redis://localhost:6379/5 --set lock.ttl=2s --duration 1m\n"
    "  lockstep live scenarios/queue/queue_baseline_valid.json --spawn    a RocksDB per process\n";

inline constexpr const char* report_about =
    "Makes a page to look at of a run, a campaign or benchmarks; or exports a run.";

inline constexpr const char* report_examples =
    "INPUT is a run folder (failure.json, history.jsonl), a failure file (run again where no "
    "history\n"
    "is beside it), a history of your own (judged as `check` does), what `run --json` or `merge` "
    "wrote,\n"
    "or one or several results of scripts/bench. The page is one file that needs no network.\n"
    "Exits with 0 when it is written, whatever it shows.\n"
    "\n"
    "Examples:\n"
    "  lockstep report out/redis_evicts_keys/12                 report.html in that folder\n"
    "  lockstep report failure.json -o violation.html\n"
    "  lockstep report history.jsonl --model lease-lock         history.html\n"
    "  lockstep report results.json                             the page of a campaign\n"
    "  lockstep report monday.json tuesday.json -o trend.html   benchmarks over time\n"
    "  lockstep report out/x/12 --format perfetto   for ui.perfetto.dev: report.perfetto.json\n"
    "  lockstep report out/x/12 --format edn        for Jepsen's tools: history.edn\n"
    "  lockstep report out/x/12 --format mermaid    the witness for an issue: report.mmd\n";

inline constexpr const char* list_about = "Names what there is, with a line about each.";

inline constexpr const char* list_examples =
    "Examples:\n"
    "  lockstep list scenarios                 below the folder scenarios\n"
    "  lockstep list scenarios my/folder\n"
    "  lockstep list faults                    with parameters and units\n"
    "  lockstep list probes                    what a scenario may require\n"
    "  lockstep list checkers                  with every anomaly they can name\n";

}  // namespace lockstep::cli::help
