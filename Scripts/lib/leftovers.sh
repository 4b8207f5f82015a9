# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Finds what a run left behind: processes, shared memory, temporary files. Needs `say` of common.sh.

# Begins to watch: what is started from here on carries a mark in its environment and keeps its files in a folder of its own.
watch_leftovers() {
    export CI_RUN_MARK="run-$$-$RANDOM$RANDOM"
    watched_folder=$(mktemp -d)
    export TMPDIR=$watched_folder
    watched_since=$watched_folder/.since
    touch "$watched_since"
}

# Prints the processes that were started since, without this script and what it runs now.
marked_processes() {
    local folder pid
    for folder in /proc/[0-9]*; do
        pid=${folder#/proc/}
        # Processes end while one looks at them, and those of others can't be read.
        grep -qzx "CI_RUN_MARK=$CI_RUN_MARK" "$folder/environ" 2> /dev/null || continue
        [[ $pid == "$$" || $pid == "$BASHPID" ]] && continue
        grep -qxE "PPid:\s+$BASHPID" "$folder/status" 2> /dev/null && continue
        printf '%s %s\n' "$pid" "$(tr '\0' ' ' 2> /dev/null < "$folder/cmdline")"
    done
}

# Prints the shared memory of Open MPI that was made since and that no process uses.
orphaned_segments() {
    local segment
    find /dev/shm -maxdepth 1 -name 'vader_segment.*' -user "$EUID" -newer "$watched_since" 2> /dev/null \
        | while read -r segment; do
            grep -qsF "$segment" /proc/[0-9]*/maps || echo "$segment"
        done
}

# Prints what of pools and launchers is left in the folder of temporary files, and in /tmp of processes that have ended.
orphaned_files() {
    local folder owner
    find "$watched_folder" -maxdepth 1 \( -name 'mpifutures-*' -o -name 'ompi.*' -o -name 'prte.*' \)
    find /tmp -maxdepth 1 -name 'mpifutures-*' -user "$EUID" -newer "$watched_since" | while read -r folder; do
        owner=${folder#/tmp/mpifutures-}
        [[ -d /proc/${owner%%-*} ]] || echo "$folder"
    done
}

# Fails and prints what is left, if something still is after the two seconds that a pool may take to go.
check_leftovers() {
    local attempt left=''
    for attempt in 1 2 3 4 5 6; do
        left=$(
            marked_processes
            orphaned_segments
            orphaned_files
        )
        [[ -n $left ]] || break
        ((attempt == 6)) || sleep 0.5
    done
    if [[ -n $left ]]; then
        say "left behind:"
        printf '%s\n' "$left" >&2
        return 1
    fi
    rm -rf "$watched_folder"
}
