#!/usr/bin/env bash
# A night's run that nobody watches: one folder in, one run out.
#
#   scripts/overnight.sh INPUT OUTPUT [OPTION...]
#   scripts/overnight.sh /data/news /data/runs/monday --profile quality --time-limit 11h
#
# Everything after OUTPUT goes to `summarize run`. The run is started again when it was stopped (exit code 75:
# a time limit, a signal, a full disk) and when it crashed (killed, out of memory, an unexpected error). It is
# not started again when there is nothing more to do (0), when the command or its input is wrong (2), and when
# articles failed (3): then somebody should look. What was finished is never done twice.
#
# Between two starts it waits: 5 s, then twice as long each time that nothing was finished in between, up to 10
# minutes. After 10 such starts in a row it gives up.
#
# Ctrl-C and SIGTERM are passed on to the run, which saves what it has, and end the night with exit code 75.
#
# A span given by --time-limit or SUMMARIZE_RUN_TIME_LIMIT is that of a single start. For the whole night there
# is OVERNIGHT_UNTIL below.
#
# Settings, from the environment:
#   SUMMARIZE         the command                            [summarize]
#   OVERNIGHT_LOG     where the log goes                     [OUTPUT.log]
#   OVERNIGHT_UNTIL   when to stop, as `date -d` takes it: "tomorrow 7:00"   [never]
#   OVERNIGHT_PAUSE   first pause between two starts, seconds        [5]
#   OVERNIGHT_TRIES   starts in a row that finish nothing before it gives up [10]
#
# Exit code: that of the last run; see `summarize --help`.
set -uo pipefail

if [ $# -lt 2 ]; then
    echo "usage: $0 INPUT OUTPUT [OPTION of summarize run...]" >&2
    exit 2
fi
input=$1
output=$2
shift 2

read -ra summarize <<<"${SUMMARIZE:-summarize}"
log=${OVERNIGHT_LOG:-${output%/}.log}
first_pause=${OVERNIGHT_PAUSE:-5}
most_tries=${OVERNIGHT_TRIES:-10}
longest_pause=600
until=0
if [ -n "${OVERNIGHT_UNTIL:-}" ]; then
    until=$(date -d "$OVERNIGHT_UNTIL" +%s) || exit 2
fi

mkdir -p "$(dirname "$log")" || exit 2
say() {
    printf '%s %s\n' "$(date +%Y-%m-%dT%H:%M:%S%z)" "$*" | tee -a "$log" >&2
}

# A signal ends `wait` below at once, so that it can be passed on; the run then has 30 s to save its work.
child=
stopped=
pass_on() {
    stopped=$1
    [ -n "$child" ] && kill -TERM "$child" 2>/dev/null
}
trap 'pass_on SIGINT' INT
trap 'pass_on SIGTERM' TERM
trap 'pass_on SIGUSR1' USR1
trap 'pass_on SIGHUP' HUP

# Each finished batch is a file, so that their number and names change whenever something is finished.
finished() {
    find "$output/articles" "$output/failures" -name 'part-*' 2>/dev/null | sort | cksum
}

# Sleeps in the background and waits for that, because a signal interrupts `wait` but not `sleep`.
pause_for() {
    sleep "$1" &
    child=$!
    wait "$child"
    child=
}

say "overnight: $input to $output"
tries=0
pause=$first_pause
while :; do
    before=$(finished)
    "${summarize[@]}" run "$input" --output "$output" "$@" >>"$log" 2>&1 &
    child=$!
    wait "$child"
    code=$?
    # A trapped signal ends `wait` with a code above 128 while the run is still saving its work.
    while kill -0 "$child" 2>/dev/null; do
        wait "$child"
        code=$?
    done
    child=
    case $code in
    0)
        say "all done"
        exit 0
        ;;
    2 | 3)
        say "ended with exit code $code; see: summarize status $output"
        exit "$code"
        ;;
    esac
    if [ -n "$stopped" ]; then
        say "stopped by $stopped; the same command goes on from here"
        exit 75
    fi
    if [ "$until" -gt 0 ] && [ "$(date +%s)" -ge "$until" ]; then
        say "the night is over; the same command goes on from here"
        exit 75
    fi
    if [ "$(finished)" != "$before" ]; then
        tries=0
        pause=$first_pause
    else
        tries=$((tries + 1))
        if [ "$tries" -ge "$most_tries" ]; then
            say "exit code $code, and nothing finished in $tries starts; giving up"
            exit "$code"
        fi
    fi
    say "exit code $code; starting again in $pause s"
    pause_for "$pause"
    if [ -n "$stopped" ]; then
        say "stopped by $stopped; the same command goes on from here"
        exit 75
    fi
    if [ "$tries" -gt 0 ]; then
        pause=$((pause * 2 < longest_pause ? pause * 2 : longest_pause))
    fi
done
