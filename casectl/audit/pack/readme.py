"""The README of a pack: how to check it with git, sha256sum, sort and ssh-keygen, and what it does not prove."""

from __future__ import annotations

from casectl.audit.pack.manifest import Inputs
from casectl.model.instants import format_instant


def pack_readme(commit: str, inputs: Inputs) -> str:
    """The page. Its bash blocks work as printed, in order, in the folder that the pack was unzipped into."""
    period = inputs.period
    since = "the beginning" if period.since is None else format_instant(period.since)
    desk = "All desks" if period.desk is None else f"Desk `{period.desk}`"
    head = f"""\
# Evidence pack

{desk}, from {since} to {format_instant(period.until)}, as of that end, by commit
`{commit}`; audited at {format_instant(inputs.audited_at)}.

Nothing here has to be believed: the history that everything follows from is in `history.bundle`. The commands below
check the pack without casectl. They want bash, git 2.34 or later, sha256sum, sort, awk, sed, and for signatures
ssh-keygen, in the folder that the pack was unzipped into. All at once, up to the first thing that does not hold:

```sh
bash -euo pipefail -c "$(awk '/^```bash$/ {{ on = 1; next }} /^```$/ {{ on = 0 }} on' README.md)" &&
  echo "all of it holds"
```

Or block by block, each with `bash -euo pipefail`. Signatures are counted, not judged: a bad one lets all of it hold
(see "Who signed").
"""
    return "\n".join(
        (
            head,
            _WHAT,
            _WHOLE,
            _HISTORY,
            _POLICIES,
            _POPULATION,
            _TOTALS,
            _sampled(inputs.seed, inputs.sample),
            _SIGNED,
            _LIMITS,
        )
    )


_COMMIT = """commit=$(sed -n 's/^  "commit": "\\(.*\\)",$/\\1/p' manifest.json)"""

_WHAT = """\
## What is in it

| file | what |
| --- | --- |
| `manifest.json` | the commit, the inputs, the versions, the commands that make it again, every file's SHA-256 |
| `SHA256SUMS` | the same sums in the form of `sha256sum`, of every other file |
| `history.bundle` | the whole history up to the commit, as `git clone` takes it; all desks, whatever `desk` says |
| `cases.csv` | every case that ever had a file; whether it is in the period, and why not; whether it is in the sample |
| `population.csv` | a row for each target and occurrence of each case of the period, with the commits behind it |
| `totals.csv` | what the tables add up to |
| `unjudged.csv` | cases of the period that are in no figure, and why |
| `claims.csv` | every time that people claimed, and how long before their commit it is said to have been |
| `findings.csv`, `findings.json` | what the checks found in commits from the period's beginning to the packed one |
| `policies/`, `revisions.csv` | what was promised, byte for byte; every revision of it, with its notice |
| `authority.csv`, `allowed_signers` | who could do what; whose keys sign |
| `sample/ID/` | of each drawn case: its file, its steps, the ledger of each figure, its commits |
| `controls.csv`, `controls.md` | which controls of which standards this is evidence for, and which not |

A case is in the period when it was opened by its end and not closed before its beginning. Times are UTC; a step counts
at its commit's time, and never before the step before it. Findings are those of the moment of the audit: what is dated
later lies in the future, and what was accepted until before it is open again: `findings.csv` says by whom, why and
until when all the same. An older commit that some branch got only after the period's beginning is asked about, too: who
had looked at which branch by then, no history tells.
"""

_WHOLE = """\
## It is whole

Every file is the one that was packed, and there is none beside them:

```bash
sha256sum --quiet -c SHA256SUMS
diff <(find . -type f ! -path ./SHA256SUMS ! -path './check/*' | sed 's#^\\./##' | LC_ALL=C sort) \\
     <(sed 's/^[0-9a-f]*  //' SHA256SUMS | LC_ALL=C sort)
```

That says nothing of who packed it: compare the SHA-256 of the zip file with the one that you were told, and the commit
with one from a clone that you trust.
"""

_HISTORY = f"""\
## The history

The bundle is a clone, and its commit is the manifest's. git reckons each object's name anew as it reads it:

```bash
rm -rf check
git clone -q --no-checkout history.bundle check/history
{_COMMIT}
test "$(git -C check/history rev-parse HEAD)" = "$commit"
git -C check/history fsck --connectivity-only --no-dangling --no-progress
```
"""

_POLICIES = f"""\
## The policies

Each policy file here is the commit's, and none of its files is missing. Links are left out, and so are names that git
quotes (all that is more than plain ASCII, for file systems spell it in several ways): the manifest lists them, and the
bundle has them.

```bash
{_COMMIT}
find . -path './policies/*' -type f | sed 's#^\\./##' | LC_ALL=C sort > check/policies
while IFS= read -r file; do
  test "$(git -C check/history hash-object --no-filters "$PWD/$file")" = \\
       "$(git -C check/history rev-parse "$commit:$file")"
done < check/policies
git -C check/history -c core.quotePath=true ls-tree -r --full-tree "$commit" policies/ |
  awk -F '\\t' '$1 ~ /^100/ && $2 !~ /^"/ {{ print $2 }}' | LC_ALL=C sort | diff check/policies -
```
"""

_POPULATION = """\
## Nobody was left out

Every case that ever had a file, in any commit, is a line of `cases.csv`. (A file that is named by a day that never was,
as `ACM-260231-K7Q4P` is, is no case's.)

```bash
git -C check/history log --all --full-history -m --no-renames --format= --name-only -- cases/ |
  LC_ALL=C sed -nE 's#^cases/20([0-9]{2})/([0-9]{2})/([0-9]{2})/(.*)\\.yaml$#\\1\\2\\3 \\4#p' |
  { LC_ALL=C grep -E '^([0-9]{6}) [A-Z0-9]{2,8}-\\1-[0-9A-HJKMNP-TV-Z]{5}$' || true; } |
  awk '{ year = substr($1, 1, 2); month = substr($1, 3, 2) + 0; day = substr($1, 5, 2) + 0
         last = month == 2 ? 28 + (year % 4 == 0) : 30 + (month + (month > 7)) % 2 }
       month >= 1 && month <= 12 && day >= 1 && day <= last { print $2 }' |
  LC_ALL=C sort -u > check/ever
diff check/ever <(awk -F, 'NR > 1 { print $1 }' cases.csv | LC_ALL=C sort)
```

Every case of the period has its rows in `population.csv`, or says in `unjudged.csv` why it has none:

```bash
diff <(awk -F, 'NR > 1 && $2 == "yes" { print $1 }' cases.csv | LC_ALL=C sort) \\
     <({ awk -F, 'FNR > 1 { print $1 }' population.csv unjudged.csv; } | LC_ALL=C sort -u)
```
"""

_TOTALS = """\
## The totals add up

```bash
diff <(awk -F, '$1 == "targets" && $2 != "total"' totals.csv | LC_ALL=C sort) \\
     <(awk -F, 'NR > 1 { n[$4]++ } END { for (each in n) print "targets," each "," n[each] }' population.csv |
       LC_ALL=C sort)
diff <(awk -F, '$1 == "cases" && $2 != "total"' totals.csv | LC_ALL=C sort) \\
     <(awk -F, 'NR > 1 { n[$2 == "yes" ? "in the period" : $2]++ }
               END { for (each in n) print "cases," each "," n[each] }' cases.csv | LC_ALL=C sort)
awk -F, '$2 == "total" { total[$1] = $3 } $2 != "total" { sum[$1] += $3 }
  END { for (each in total) if (total[each] != sum[each] + 0) { print each " does not add up"; exit 1 } }' totals.csv
```
"""


def _sampled(seed: str, size: int) -> str:
    return f"""\
## The sample

Draw it again: the IDs of the period, sorted by the SHA-256 of `SEED:ID`, the first {size} of them. (Another seed draws
another sample; only the cases of this one have a folder.)

```bash
awk -F, 'NR > 1 && $2 == "yes" {{ print $1 }}' cases.csv |
  while IFS= read -r id; do
    printf '%s %s\\n' "$(printf '%s:%s' '{seed}' "$id" | sha256sum | cut -d ' ' -f 1)" "$id"
  done | LC_ALL=C sort | awk 'NR <= {size} {{ print $2 }}' | LC_ALL=C sort > check/drawn
diff check/drawn <(awk -F, 'NR > 1 && $3 == "yes" {{ print $1 }}' cases.csv | LC_ALL=C sort)
diff check/drawn <(find sample -mindepth 1 -maxdepth 1 2> check/none | sed 's#^sample/##' | LC_ALL=C sort)
```

Each drawn case's file is the commit's (or is deleted there), and each of its steps is a commit of this history:

```bash
{_COMMIT}
while IFS= read -r id; do
  day=${{id#*-}}
  path="cases/20${{day:0:2}}/${{day:2:2}}/${{day:4:2}}/$id.yaml"
  if [ -f "sample/$id/case.yaml" ]; then
    test "$(git -C check/history hash-object --no-filters "$PWD/sample/$id/case.yaml")" = \\
         "$(git -C check/history rev-parse "$commit:$path")"
  else
    test -f "sample/$id/deleted.txt"
    test "$(git -C check/history cat-file -t "$commit:$path" 2> check/none || true)" != blob
  fi
  for step in $(awk -F, 'NR > 1 {{ print $1 }}' "sample/$id/timeline.csv"); do
    git -C check/history merge-base --is-ancestor "$step" "$commit"
  done
done < check/drawn
```

To read one: `git -C check/history log -p --format=fuller --full-history -- PATH`, beside `timeline.csv` and
`ledger.txt`.
"""


_SIGNED = """\
## Who signed

One line for each commit: its ID, git's verdict (`G` good, `B` bad, `N` not signed, `U` good but by an unknown key), the
signer, and the committer's address. A signature is the committer's only where the two name the same person. This counts
them and judges none: which of them are findings says `findings.csv`. (`G` may be of a key that is too weak there.)

```bash
TZ=UTC git -C check/history -c gpg.ssh.allowedSignersFile="$PWD/allowed_signers" log --no-show-signature \\
  --format='%H %G? %GS %ce' > check/signed
awk '{ n[$2]++ } END { for (each in n) print n[each], "commits:", each }' check/signed
```
"""

_LIMITS = """\
## What this does not prove

- **That it is the only history.** Whoever holds a repository alone can write another one, with other times, before
  anybody else has a copy. What binds them is a copy out of their hands: the auditor's own clone, a hub that refuses
  rewritten branches, a commit ID that was told to somebody in time.
- **Who somebody was.** The names in an unsigned commit are what its writer's machine was told. A good signature says
  that a key signed; whose key it is, and since when, is what `policies/staff.yaml` says.
- **That a clock was right.** A step's time is that of its committer's machine. Clocks that ran back are findings; one
  that was wrong all the time is not seen.
- **That what is claimed is true.** `received`, `detected`, the start of a call, an exemption's period are the word of
  whoever wrote them; `claims.csv` shows how long after the fact they did.
- **That everything became a case.** What nobody wrote down is not here.
- **That the figures and the findings are right.** `population.csv`, `unjudged.csv`, `claims.csv`, `findings.csv`,
  `revisions.csv` and `authority.csv` are casectl's reckoning by the policies of that time; `sample/ID/ledger.txt` shows
  that of some figures line by line. Only `casectl audit verify --recompute` does it all again: no block above
  would miss a row of `findings.csv`.
- **That the pack is the one that was made.** Its sums agree with each other; only the zip file's own SHA-256, told by
  another way, or making it again, shows that nobody made another.
"""
