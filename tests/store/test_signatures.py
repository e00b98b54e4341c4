"""Signatures of commits: our verdict is that of git and `ssh-keygen`, whatever a commit may hold."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from casectl.model.problems import CasectlError
from casectl.model.public_key import KEY_TYPES
from casectl.model.wire import wire_string
from casectl.store.signatures import check_signature
from tests.conftest import GitRepo
from tests.store.signing import (
    KINDS,
    blob_of,
    content_of,
    git,
    git_says_good,
    make_key,
    needs_keygen,
    signed_commit,
    stored,
)

HEAD = b"tree %s\nauthor A <a@b.c> 1 +0000\ncommitter A <a@b.c> 1 +0000\n" % (b"0" * 40)
TEXT = HEAD + b"\nmessage\n"
BEGIN, END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"


def strings(*parts: bytes) -> bytes:
    return b"".join(wire_string(part) for part in parts)


def mpint(number: int) -> bytes:
    return wire_string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def armored(blob: bytes) -> bytes:
    code = b64encode(blob)
    return b"\n".join([BEGIN, *(code[at : at + 70] for at in range(0, len(code), 70)), END])


def with_signature(armor: bytes, header: bytes = b"gpgsig", text: bytes = TEXT) -> bytes:
    head, gap, message = text.partition(b"\n\n")
    return head + b"\n" + header + b" " + armor.replace(b"\n", b"\n ") + gap + message


class Signer:
    """Signs as the protocol says, or otherwise, with an Ed25519 key that the test makes."""

    def __init__(self, seed: int = 1, text: bytes = TEXT) -> None:
        self.text = text
        self.secret = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.point = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = strings(b"ssh-ed25519", self.point)

    def data(self, namespace: bytes = b"git", reserved: bytes = b"", digest: bytes = b"sha512") -> bytes:
        return b"SSHSIG" + strings(namespace, reserved, digest, hashlib.new(digest.decode(), self.text).digest())

    def blob(
        self, namespace: bytes = b"git", reserved: bytes = b"", digest: bytes = b"sha512", version: int = 1
    ) -> bytes:
        made = strings(b"ssh-ed25519", self.secret.sign(self.data(namespace, reserved, digest)))
        return b"SSHSIG" + version.to_bytes(4, "big") + strings(self.key, namespace, reserved, digest, made)


def whole(key: bytes, made: bytes, digest: bytes = b"sha512") -> bytes:
    """A commit with such a key and such a signature."""
    return with_signature(armored(b"SSHSIG" + (1).to_bytes(4, "big") + strings(key, b"git", b"", digest, made)))


def verdict(content: bytes) -> tuple[str, str]:
    found = check_signature(content)
    return found.state, found.why


@needs_keygen
class TestAgainstGit:
    """Real keys, real commits, and git's own verdict beside ours."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_of_key(self, git_repo: GitRepo, tmp_path: Path, kind: str) -> None:
        pub, other = make_key(tmp_path, kind), make_key(tmp_path, kind, "other")
        commit = signed_commit(git_repo.root, pub, "Täglich\n\nwith a body")
        found = check_signature(content_of(git_repo.root, commit))
        assert (found.state, found.key, found.why) == ("good", blob_of(pub), "")
        assert git_says_good(git_repo.root, commit, pub)
        assert not git_says_good(git_repo.root, commit, other)

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_was_tampered_with(self, git_repo: GitRepo, tmp_path: Path, kind: str) -> None:
        pub = make_key(tmp_path, kind)
        content = content_of(git_repo.root, signed_commit(git_repo.root, pub, "pay 10"))
        first = content.splitlines()[0]
        broken = {
            "message": content.replace(b"pay 10", b"pay 99"),
            "tree": content.replace(first, b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
            "time": content.replace(b"+0000", b"+0100").replace(b"committer Sam", b"committer Tom"),
            "a header more": content.replace(b"\ngpgsig", b"\nencoding latin-1\ngpgsig"),
            "last line lost": content.replace(b"\n " + END, b""),
            "cut short": content[: content.index(END) - 40] + content[content.index(END) - 2 :],
        }
        for what, changed in broken.items():
            assert changed != content, what
            assert check_signature(changed).state == "bad", what
            assert not git_says_good(git_repo.root, stored(git_repo.root, changed), pub), what

    def test_a_merge_and_a_merged_tag(self, git_repo: GitRepo, tmp_path: Path) -> None:
        """A signed tag that was merged lies in the commit with a signature of its own, which is none of the commit."""
        pub = make_key(tmp_path)
        git(git_repo.root, "checkout", "-q", "-b", "side")
        git_repo.commit("a.txt", "a\n", at=1_790_000_100)
        git(git_repo.root, "-c", "gpg.format=ssh", "-c", f"user.signingKey={pub}", "tag", "-s", "-m", "t", "v1")
        git(git_repo.root, "checkout", "-q", "main")
        git(git_repo.root, "merge", "-q", "--no-ff", "-m", "plain", "v1")
        unsigned = content_of(git_repo.root, "HEAD")
        assert b"mergetag" in unsigned
        assert b"SSH SIGNATURE" in unsigned
        assert verdict(unsigned) == ("unsigned", "")
        commit = signed_commit(git_repo.root, pub, "signed merge", "--amend")
        assert check_signature(content_of(git_repo.root, commit)).state == "good"
        assert git_says_good(git_repo.root, commit, pub)

    def test_a_repository_of_the_longer_hash(self, tmp_path: Path) -> None:
        pub, root = make_key(tmp_path), tmp_path / "long"
        subprocess.run(["git", "init", "-q", "--object-format=sha256", str(root)], check=True)
        content = content_of(root, signed_commit(root, pub))
        assert b"\ngpgsig-sha256 " in content
        assert check_signature(content).key == blob_of(pub)
        assert check_signature(content.replace(b"signed", b"sighed")).state == "bad"
        assert git_says_good(root, "HEAD", pub)

    def test_signed_for_another_purpose(self, git_repo: GitRepo, tmp_path: Path) -> None:
        """As for a file: with the same key, over the very same bytes."""
        pub = make_key(tmp_path)
        content = content_of(git_repo.root, "HEAD")
        for purpose, state in (("file", "bad"), ("git", "good")):
            sign = ["ssh-keygen", "-Y", "sign", "-n", purpose, "-f", str(pub.with_suffix(""))]
            made = subprocess.run(sign, input=content, capture_output=True, check=True).stdout.rstrip(b"\n")
            changed = with_signature(made, text=content)
            assert check_signature(changed).state == state
            assert git_says_good(git_repo.root, stored(git_repo.root, changed), pub) == (state == "good")

    @pytest.mark.parametrize("digest", ["sha256", "sha512"])
    def test_both_hashes(self, tmp_path: Path, digest: str) -> None:
        pub = make_key(tmp_path)
        sign = ["ssh-keygen", "-Y", "sign", "-n", "git", "-O", f"hashalg={digest}", "-f", str(pub.with_suffix(""))]
        made = subprocess.run(sign, input=TEXT, capture_output=True, check=True).stdout.rstrip(b"\n")
        assert check_signature(with_signature(made)).key == blob_of(pub)


class TestTokens:
    """Keys on a security token, whose signatures the test makes by the book."""

    FLAGS = bytes([1]) + (7).to_bytes(4, "big")

    def edwards(self, flags: bytes = FLAGS, application: bytes = b"ssh:") -> bytes:
        signer = Signer()
        token = hashlib.sha256(b"ssh:").digest() + flags + hashlib.sha256(signer.data()).digest()
        key = strings(b"sk-ssh-ed25519@openssh.com", signer.point, application)
        return whole(key, strings(b"sk-ssh-ed25519@openssh.com", signer.secret.sign(token)) + flags)

    def test_good(self) -> None:
        assert verdict(self.edwards()) == ("good", "")
        assert verdict(self.edwards(bytes([5]) + bytes(4))) == ("good", "")

    def test_nobody_touched_it(self) -> None:
        assert verdict(self.edwards(bytes(5))) == ("bad", "a signature of a security token that nobody touched")

    def test_another_application_and_another_counter(self) -> None:
        assert check_signature(self.edwards(application=b"ssh:other")).state == "bad"
        head, code, rest = self.edwards().partition(BEGIN)
        body, end, tail = rest.partition(b"\n " + END)
        blob = bytearray(b64decode(body.replace(b"\n ", b"")))
        blob[-1] ^= 1
        armor = armored(bytes(blob)).replace(b"\n", b"\n ")
        assert check_signature(head + armor + tail).state == "bad"
        assert code
        assert end

    def test_nist(self) -> None:
        secret = ec.derive_private_key(7, ec.SECP256R1())
        point = secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        token = hashlib.sha256(b"ssh:").digest() + self.FLAGS + hashlib.sha256(Signer().data()).digest()
        r, s = decode_dss_signature(secret.sign(token, ec.ECDSA(hashes.SHA256())))
        kind = b"sk-ecdsa-sha2-nistp256@openssh.com"
        key = strings(kind, b"nistp256", point, b"ssh:")
        made = strings(kind, mpint(r) + mpint(s)) + self.FLAGS
        assert verdict(whole(key, made)) == ("good", "")
        assert check_signature(whole(key, strings(kind, mpint(r) + mpint(s + 1)) + self.FLAGS)).state == "bad"
        plain = strings(b"ecdsa-sha2-nistp256", b"nistp256", point)
        assert check_signature(whole(plain, made)).state == "bad"

    def test_by_way_of_a_browser_is_not_checked(self) -> None:
        made = strings(b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", b"x") + self.FLAGS + strings(b"origin", b"{}")
        assert check_signature(whole(Signer().key, made)).state == "unsupported"


class TestRsa:
    """Which RSA signatures count."""

    @pytest.mark.parametrize(
        ("bits", "algorithm", "digest", "state"),
        [
            (2048, b"rsa-sha2-256", hashes.SHA256(), "good"),
            (2048, b"rsa-sha2-512", hashes.SHA512(), "good"),
            (2048, b"ssh-rsa", hashes.SHA1(), "bad"),
            (2048, b"rsa-sha2-256", hashes.SHA512(), "bad"),
            (1024, b"rsa-sha2-512", hashes.SHA512(), "bad"),
        ],
    )
    def test_lengths_and_hashes(self, bits: int, algorithm: bytes, digest: hashes.HashAlgorithm, state: str) -> None:
        secret = rsa.generate_private_key(65537, bits)
        numbers = secret.public_key().public_numbers()
        key = strings(b"ssh-rsa") + mpint(numbers.e) + mpint(numbers.n)
        made = strings(algorithm, secret.sign(Signer().data(), PKCS1v15(), digest))
        assert check_signature(whole(key, made)).state == state


class TestMalformed:
    """Each is made otherwise right, so that nothing but the one fault decides."""

    def test_the_signer_of_these_tests_signs_well(self) -> None:
        signer = Signer()
        found = check_signature(with_signature(armored(signer.blob())))
        assert (found.state, found.key) == ("good", signer.key)
        assert check_signature(with_signature(armored(signer.blob(digest=b"sha256")))).state == "good"

    def test_a_message_may_hold_anything(self) -> None:
        text = HEAD + b"\ngpgsig " + armored(b"x") + b"\n\0\xff\n"
        assert verdict(text) == ("unsigned", "")

    @pytest.mark.parametrize(
        ("blob", "why"),
        [
            (Signer().blob(namespace=b"file"), "for another purpose than git"),
            (Signer().blob(namespace=b""), "for another purpose than git"),
            (Signer().blob(digest=b"sha1"), "neither sha256 nor sha512"),
            (Signer().blob(reserved=b"x"), "reserved field"),
            (Signer().blob(version=2), "of version 2"),
            (Signer().blob() + b"\0", "1 bytes too many at the end"),
            (Signer().blob()[:-1], "reaches beyond the end"),
            (b"SSHSIG", "reaches beyond the end"),
            (b"OTHER!" + Signer().blob()[6:], "no SSH signature"),
            (b"SSH", "reaches beyond the end"),
            (Signer().blob()[:10] + b"\xff\xff\xff\xff" + Signer().blob()[14:], "4294967295 bytes reaches beyond"),
        ],
    )
    def test_blobs(self, blob: bytes, why: str) -> None:
        found = check_signature(with_signature(armored(blob)))
        assert found.state == "bad"
        assert why in found.why

    @pytest.mark.parametrize(
        ("key", "made", "state", "why"),
        [
            (strings(b"ssh-dss", b"x"), strings(b"ssh-dss", b"x"), "unsupported", "a key of type ssh-dss"),
            (
                strings(b"ssh-ed25519-cert-v01@openssh.com", b"x"),
                strings(b"ssh-ed25519", b"x"),
                "unsupported",
                "a key of type ssh-ed25519-cert-v01@openssh.com",
            ),
            (strings(b"ssh-ed25519", b"x" * 31), strings(b"ssh-ed25519", b"x" * 64), "bad", "31 bytes"),
            (strings(b"ssh-ed25519", b"x" * 32) + b"y", strings(b"ssh-ed25519", b"x" * 64), "bad", "too many"),
            (strings(b"ssh-ed25519", b"x" * 32), strings(b"ssh-ed25519", b"x" * 63), "bad", "something else"),
            (
                Signer().key,
                strings(b"rsa-sha2-512", b"x" * 64),
                "bad",
                "by rsa-sha2-512 with a key of type ssh-ed25519",
            ),
            (Signer().key, strings(b"ssh-ed25519", b"x" * 64) + b"\1", "bad", "too many"),
            (strings(b"", b"x"), strings(b"ssh-ed25519", b"x"), "bad", "a name that is empty"),
            (strings(b"k" * 65, b"x"), strings(b"ssh-ed25519", b"x"), "bad", "too long"),
            (
                strings(b"ecdsa-sha2-nistp256", b"nistp384", b"\4" * 97),
                strings(b"ecdsa-sha2-nistp256", mpint(1) + mpint(1)),
                "bad",
                "on the curve nistp384",
            ),
            (
                strings(b"ecdsa-sha2-nistp256", b"nistp256", b"\4" * 65),
                strings(b"ecdsa-sha2-nistp256", mpint(1) + mpint(1)),
                "bad",
                "that none can be",
            ),
            (
                strings(b"ssh-rsa") + mpint(65537) + mpint(3 << 20_000),
                strings(b"rsa-sha2-512", b"x"),
                "bad",
                "an RSA key of 20002 bits",
            ),
            (
                strings(b"ssh-rsa") + mpint(1 << 100 | 1) + mpint(1 << 2047 | 1),
                strings(b"rsa-sha2-512", b"x"),
                "bad",
                "that none may have",
            ),
            (
                strings(b"ssh-rsa", b"\3", b"\xff" * 256),
                strings(b"rsa-sha2-512", b"x"),
                "bad",
                "a negative number",
            ),
        ],
    )
    def test_keys(self, key: bytes, made: bytes, state: str, why: str) -> None:
        found = check_signature(whole(key, made))
        assert found.state == state
        assert why in found.why

    @pytest.mark.parametrize(
        ("armor", "why"),
        [
            (armored(Signer().blob()).replace(END, b""), "without its first or last line"),
            (armored(Signer().blob()) + b"\nmore", "without its first or last line"),
            (armored(Signer().blob()).replace(BEGIN, BEGIN + b" "), "without its first or last line"),
            (armored(Signer().blob()).replace(BEGIN + b"\n", b""), "of no known kind"),
            (armored(Signer().blob()).replace(b"\nU1", b"\nU\x001"), "no Base64"),
            (armored(b"x" * 40_000), "a signature of 5"),
            (b"", "of no known kind"),
        ],
    )
    def test_armor(self, armor: bytes, why: str) -> None:
        found = check_signature(with_signature(armor))
        assert found.state == "bad"
        assert why in found.why

    def test_two_signatures(self) -> None:
        good = armored(Signer().blob())
        assert verdict(with_signature(good, text=with_signature(good))) == ("bad", "there is more than one signature")

    def test_the_other_form_of_the_commit_is_signed_elsewhere(self) -> None:
        """As in a repository that knows commits by both hashes."""
        good = armored(Signer().blob())
        assert check_signature(with_signature(good, text=with_signature(b"x", b"gpgsig-sha256"))).state == "good"
        assert verdict(with_signature(good, b"gpgsig-sha256")) == ("unsigned", "")

    @pytest.mark.parametrize(
        ("first", "kind"),
        [
            (b"-----BEGIN PGP SIGNATURE-----", "OpenPGP"),
            (b"-----BEGIN PGP MESSAGE-----", "OpenPGP"),
            (b"-----BEGIN SIGNED MESSAGE-----", "X.509"),
        ],
    )
    def test_other_kinds_are_not_checked(self, first: bytes, kind: str) -> None:
        found = verdict(with_signature(first + b"\n\nabc\n-----END-----"))
        assert found == ("unsupported", f"not checked: a signature of {kind}")

    @given(blob=st.binary(max_size=400), header=st.sampled_from([b"gpgsig", b"gpgsig-sha256", b"gpgsi"]))
    def test_any_blob(self, blob: bytes, header: bytes) -> None:
        assert check_signature(with_signature(armored(blob), header)).state in ("bad", "unsigned")

    @given(
        kind=st.sampled_from(KEY_TYPES),
        fields=st.lists(st.binary(max_size=70) | st.sampled_from([b"nistp256", b"\4" * 65, b"\1" * 32]), max_size=4),
        algorithm=st.sampled_from([*KEY_TYPES, "rsa-sha2-256", "rsa-sha2-512"]),
        value=st.binary(max_size=80),
        tail=st.sampled_from([b"", b"\1\0\0\0\7"]),
    )
    def test_any_key(self, kind: str, fields: list[bytes], algorithm: str, value: bytes, tail: bytes) -> None:
        content = whole(strings(kind.encode(), *fields), strings(algorithm.encode(), value) + tail)
        assert check_signature(content).state == "bad"

    @given(content=st.binary(max_size=300), at=st.integers(0, 500))
    def test_any_content(self, content: bytes, at: int) -> None:
        """In any place of a commit that is signed well: it is never taken for good but by adding nothing."""
        good = with_signature(armored(Signer().blob()))
        at = min(at, len(good))
        changed = good[:at] + content + good[at:]
        assert check_signature(changed).state != "good" or _same_signed(changed, good)
        assert check_signature(content).state in ("bad", "unsigned")

    @given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
    def test_any_bit(self, at: int, bit: int) -> None:
        good = bytearray(with_signature(armored(Signer().blob())))
        before = bytes(good)
        good[at % len(good)] ^= 1 << bit
        state = check_signature(bytes(good)).state
        assert state != "good" or _same_signed(bytes(good), before)


def _same_signed(changed: bytes, good: bytes) -> bool:
    """Whether both say the same and hold the same signature, however its lines are broken."""

    def told(content: bytes) -> tuple[bytes, bytes]:
        head, _, rest = content.partition(b"gpgsig ")
        armor, _, tail = rest.partition(END)
        return head + tail, armor.replace(b"\n ", b"")

    return told(changed) == told(good)


def test_without_the_library_only_signed_commits_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert verdict(TEXT) == ("unsigned", "")
    assert check_signature(with_signature(armored(Signer().blob(namespace=b"file")))).state == "bad"
    with pytest.raises(CasectlError, match="not installed") as refused:
        check_signature(with_signature(armored(Signer().blob())))
    assert refused.value.hint == "pip install '.[signatures]' in casectl's folder"
