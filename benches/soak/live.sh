#!/usr/bin/env bash
# The full size of the counting tests: 100,000 changes while subscribers connect, drop, lag and resume at random, and while
# replicas and PostgreSQL are killed and started again. Each subscriber has to end with exactly the log's sequence.
#
#   bash benches/soak/live.sh [sqlite|postgres] [CHANGES] [SEED]
#
# It takes the better part of an hour on two cores, in debug; the faults are on PostgreSQL alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export KYC_TEST_DATABASE=${1:-sqlite} KYC_LIVE_CHANGES=${2:-100000}
[[ -z ${3:-} ]] || export KYC_LIVE_SEED=$3
exec cargo test --test it -- --nocapture --test-threads=1 live::counting live::faults
