#!/bin/sh
# heartbeat-write.sh JOB INTERVAL [--dir DIR] [--status STATUS]
#
# Says that a job is well: writes DIR/JOB.last, as `forensics heartbeat write` does. Also goes by
# cron-heartbeat-write.sh. It needs nothing but POSIX sh, date, mv and rm, and always exits with 0, so that no job fails
# because of it: what goes wrong is one line on stderr, and the beat before this one is left as it was.
#
# INTERVAL is the time until the next beat: in seconds, or 90s, 15m, 2h, 1d. DIR is --dir, else
# $FORENSICS_HEARTBEAT_DIR, else the first folder of a list that can be written, else the user's state folder.
#
# A reader sees the old beat or the new one, whole. POSIX has no way to sync one file, so that a power cut may take
# the newest beat away; `forensics heartbeat write` is safe from that.

LC_ALL=C
export LC_ALL # date and mv start in half the time without a locale
IFS=' '
umask 022
trap '' PIPE
command trap '' XFSZ 2>/dev/null # a limit on the size of files is an error to tell, not an end

say() {
    printf '%s\n' "night-watch: $1" >&2
    exit 0
}

# is_word TEXT LONGEST: nothing but A-Z a-z 0-9 . _ -, and not too long.
is_word() {
    case $1 in
        '' | *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-]*) return 1 ;;
    esac
    [ "${#1}" -le "$2" ]
}

# read_interval TEXT: sets seconds.
read_interval() {
    number=${1%[smhd]}
    case $number in
        '' | *[!0123456789]* | ??????????*) return 1 ;;
    esac
    while :; do # a leading zero would make it octal
        case $number in
            0?*) number=${number#0} ;;
            *) break ;;
        esac
    done
    case $1 in
        *m) unit=60 ;;
        *h) unit=3600 ;;
        *d) unit=86400 ;;
        *) unit=1 ;;
    esac
    [ "$number" -gt 0 ] && [ "$number" -le $((316224000 / unit)) ] || return 1 # ten years
    seconds=$((number * unit))
}

# can_be_written DIR: it is there, and files can be made in it.
can_be_written() {
    [ -d "$1" ] && [ -w "$1" ] && [ -x "$1" ]
}

# can_be_made DIR: it is missing, and the nearest folder above it can be written.
can_be_made() {
    above=$1
    while [ ! -e "$above" ] && [ ! -h "$above" ]; do
        above=${above%/*}
        : "${above:=/}"
    done
    [ "$above" != "$1" ] && can_be_written "$above"
}

# choose_folder: sets dir. Of the list the first is made where it may be; the others are used where they are.
choose_folder() {
    dir=${FORENSICS_HEARTBEAT_DIR:-}
    [ -z "$dir" ] || return 0
    case ${HOME:-} in /?*) home=${HOME%/} ;; *) home= ;; esac
    case ${XDG_STATE_HOME:-} in /?*) state=${XDG_STATE_HOME%/} ;; *) state=${home:+$home/.local/state} ;; esac
    dir=/var/lib/forensics/heartbeats
    if can_be_written "$dir" || can_be_made "$dir"; then return 0; fi
    for each in /var/run/bezalel/heartbeats /var/lib/bezalel/heartbeats "${home:+$home/.bezalel/heartbeats}"; do
        dir=$each # in some shells the variable of a loop ends with it
        if can_be_written "$dir"; then return 0; fi
    done
    dir=${state:+$state/forensics/heartbeats}
    [ -n "$dir" ] && { can_be_written "$dir" || can_be_made "$dir"; }
}

# refuse_twin: some file systems know no upper and lower case, so that x and X would be one job's.
refuse_twin() {
    pattern='' rest=$job
    while [ -n "$rest" ]; do
        sign=${rest%"${rest#?}"} rest=${rest#?}
        case $sign in
            a | A) sign='[aA]' ;; b | B) sign='[bB]' ;; c | C) sign='[cC]' ;; d | D) sign='[dD]' ;;
            e | E) sign='[eE]' ;; f | F) sign='[fF]' ;; g | G) sign='[gG]' ;; h | H) sign='[hH]' ;;
            i | I) sign='[iI]' ;; j | J) sign='[jJ]' ;; k | K) sign='[kK]' ;; l | L) sign='[lL]' ;;
            m | M) sign='[mM]' ;; n | N) sign='[nN]' ;; o | O) sign='[oO]' ;; p | P) sign='[pP]' ;;
            q | Q) sign='[qQ]' ;; r | R) sign='[rR]' ;; s | S) sign='[sS]' ;; t | T) sign='[tT]' ;;
            u | U) sign='[uU]' ;; v | V) sign='[vV]' ;; w | W) sign='[wW]' ;; x | X) sign='[xX]' ;;
            y | Y) sign='[yY]' ;; z | Z) sign='[zZ]' ;;
        esac
        pattern=$pattern$sign
    done
    for other in "$dir"/$pattern.[lL][aA][sS][tT]; do
        if [ "$other" != "$dir/$job.last" ] && { [ -e "$other" ] || [ -h "$other" ]; }; then
            other=${other##*/}
            say "${other%.*} and $job differ in case alone, in $dir - rename one, or remove its old file"
        fi
    done
}

# read_clock: sets now, in seconds since 1970. `date +%s` is young in POSIX; the rest is POSIX's own formula.
read_clock() {
    now=$(date -u '+%s %Y %j %H %M %S' 2>/dev/null) || return 1
    set -- $now
    [ "$#" -eq 6 ] || return 1
    now=$1
    case $now in
        *[!0123456789]*) ;;
        *) return 0 ;;
    esac
    year=$2 day=$((1$3 - 1001)) hour=$((1$4 - 100)) minute=$((1$5 - 100)) second=$((1$6 - 100))
    day=$((day + (year - 1970) * 365 + (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400))
    now=$((((day * 24 + hour) * 60 + minute) * 60 + second))
}

# read_host: sets host, as JSON.
read_host() {
    host=
    if [ -r /proc/sys/kernel/hostname ]; then
        read -r host </proc/sys/kernel/hostname || host=
    else
        host=$(uname -n 2>/dev/null) || host=
    fi 2>/dev/null
    if is_word "$host" 255; then host=\"$host\"; else host=null; fi
}

# write_draft NAME: made anew by the shell, which follows no link.
write_draft() {
    set -C
    printf '%s\n' "$beat" >"$1"
} 2>/dev/null

job='' interval='' status=SUCCESS named='' count=0
while [ "$#" -gt 0 ]; do
    case $1 in
        --dir) named=${2:-} && [ -n "$named" ] || say "--dir has no value - name a folder" ;;
        --status) status=${2:-} ;;
        -*) say "there is no such option - heartbeat-write.sh takes JOB INTERVAL [--dir DIR] [--status STATUS]" ;;
        *)
            count=$((count + 1))
            if [ "$count" -eq 1 ]; then job=$1; else interval=$1; fi
            shift
            continue
            ;;
    esac
    shift
    [ "$#" -eq 0 ] || shift
done
[ "$count" -eq 2 ] || say "heartbeat-write.sh takes JOB and INTERVAL, not $count words"
case $job in [._-]*) say "this is no job's name - it begins with none of . _ -" ;; esac
is_word "$job" 64 || say "this is no job's name - it takes 1 to 64 of A-Z a-z 0-9 . _ -"
is_word "$status" 32 || say "$job: this is no status - it takes one word, such as SUCCESS or FAILED"
read_interval "$interval" || say "$job: this is no interval - it takes seconds, or 90s, 15m, 2h, 1d"

if [ -n "$named" ]; then
    dir=$named
elif ! choose_folder; then
    say "$job: no folder for heartbeats can be written - name one in \$FORENSICS_HEARTBEAT_DIR"
fi
case $dir in /*) ;; *) dir=./$dir ;; esac
[ -d "$dir" ] || mkdir -p "$dir" 2>/dev/null || say "$dir could not be made - see to the folder above it"
can_be_written "$dir" || say "$dir may not be written - see to its owner and mode"
refuse_twin
read_clock || say "$job: the time could not be read - see to date"
read_host

file=$dir/$job.last
beat="{\"job\": \"$job\", \"timestamp\": $now, \"interval_seconds\": $seconds, \"host\": $host, \"pid\": $$, \"status\": \"$status\"}"
random=
[ ! -r /proc/sys/kernel/random/uuid ] || read -r random </proc/sys/kernel/random/uuid
draft=$dir/.$job.last.${random:-$$-$now-${RANDOM:-0}}.tmp
if write_draft "$draft"; then
    if [ -d "$file" ]; then # mv would move into it
        [ -h "$file" ] && rm -f "$file"
    fi
    [ ! -d "$file" ] && mv -f "$draft" "$file" 2>/dev/null && exit 0
fi
rm -f "$draft" 2>/dev/null
say "$file could not be written - see to its folder, owner and disk"
