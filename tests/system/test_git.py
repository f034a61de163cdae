"""git reads a course's history, and runs nothing that the course brings along."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from attachdeck.system import git
from support.commands import run, run_git
from support.courses import write_course

HOOKS = ("post-index-change", "reference-transaction", "post-checkout")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the hostile commands are shell scripts")


def settings(marks: Path) -> str:
    """The settings of a repository in which whatever git runs leaves a file in `marks`."""
    marks.mkdir(exist_ok=True)
    mark = f"touch {marks}"
    return f"""\
[core]
	repositoryformatversion = 0
	bare = false
	worktree = .
	fsmonitor = "{mark}/fsmonitor; false"
	hooksPath = {marks.parent}/hooks
	sshCommand = {mark}/ssh
	pager = {mark}/pager
[include]
	path = more
[filter "x"]
	smudge = "{mark}/smudge; cat"
	clean = "{mark}/clean; cat"
[diff]
	external = {mark}/external
[diff "x"]
	textconv = "{mark}/textconv; cat"
"""


def write_hooks(folder: Path, marks: Path) -> None:
    folder.mkdir()
    for name in HOOKS:
        hook = folder / name
        hook.write_text(f"#!/bin/sh\ntouch {marks}/{name}\n", encoding="utf-8")
        hook.chmod(0o755)


def committed_course(folder: Path) -> Path:
    """A course in a repository, built and committed."""
    course = write_course(folder / "course")
    (course / ".gitattributes").write_text("* filter=x diff=x\n", encoding="utf-8")
    assert run("build", course, "-o", folder.parent / "deck.apkg").exit_code == 0
    run_git(folder, "init", "-q", "-b", "main")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-qm", "first")
    return course


@pytest.fixture
def hostile_clone(tmp_path: Path) -> Path:
    """A course, cleanly cloned, with the files of a bare repository among its own."""
    marks = tmp_path / "marks"
    course = committed_course(tmp_path / "stranger")
    for name in ("HEAD", "objects", "refs", "index"):
        own = tmp_path / "stranger" / ".git" / name
        (shutil.copytree if own.is_dir() else shutil.copy)(own, course / name)
    (course / "config").write_text(settings(marks), encoding="utf-8")
    (course / "more").write_text(f'[alias]\n\tst = "!touch {marks}/alias"\n', encoding="utf-8")
    write_hooks(tmp_path / "hooks", marks)
    run_git(tmp_path / "stranger", "add", "-A", "-f")
    run_git(tmp_path / "stranger", "commit", "-qm", "second")
    run_git(tmp_path, "clone", "-q", "stranger", "clone")
    return tmp_path / "clone" / "course"


def test_a_bare_repository_in_a_course_runs_nothing(hostile_clone: Path, tmp_path: Path):
    for command in (("check",), ("release", "-o", tmp_path / "release"), ("diff", "HEAD")):
        result = run(*command, hostile_clone)
        assert result.exit_code == 1
        assert "git-repository" in result.stdout + result.stderr
    assert git.committed(hostile_clone / "config") == (hostile_clone / "config").read_bytes()
    git.write_revision("HEAD", hostile_clone, tmp_path / "place")
    assert list((tmp_path / "marks").iterdir()) == []
    run_git(hostile_clone, "status")
    assert (tmp_path / "marks" / "fsmonitor").exists(), "the repository of this test is harmless"


def test_a_bare_repository_around_a_course_runs_nothing(hostile_clone: Path, tmp_path: Path):
    """Git would take the first repository that it meets on its way up."""
    inner = write_course(hostile_clone / "inner")
    assert "git-repository" in run("check", inner).stdout + run("check", inner).stderr
    assert git.committed(inner / "course.yaml") is None
    assert list((tmp_path / "marks").iterdir()) == []


@pytest.mark.parametrize(
    "files",
    [
        ("lessons/HEAD", "lessons/objects/x", "lessons/refs/x"),
        ("a/b/c/head", "a/b/c/Objects/x", "a/b/c/refs/x"),  # A repository on Windows and macOS.
        ("more/HEAD", "more/commondir"),
        ("media/.git/HEAD",),
        ("lessons/.git",),
    ],
)
def test_files_of_a_repository_are_reported(tmp_path: Path, files: tuple[str, ...]):
    course = write_course(tmp_path / "course", dict.fromkeys(files, "x"))
    for command in (("check",), ("build", "-o", tmp_path / "deck.apkg")):
        result = run(*command, course)
        assert result.exit_code == 1
        assert "error[git-repository]" in result.stdout + result.stderr


def test_a_course_may_be_a_repository_and_extend_one(tmp_path: Path):
    """A submodule has a file `.git`, and other files may be called HEAD."""
    files = {".git/HEAD": "x", ".git/objects/x": "x", ".git/refs/x": "x", "HEAD": "x"}
    course = write_course(tmp_path / "course", files | {"upstream/.git": "gitdir: x"})
    assert run("check", course).exit_code == 0


def test_settings_that_came_with_a_course_run_nothing(tmp_path: Path):
    """As of a folder that was unpacked with its `.git`, and not cloned."""
    marks = tmp_path / "marks"
    course = committed_course(tmp_path / "unpacked")
    write_hooks(tmp_path / "hooks", marks)
    (course.parent / ".git" / "config").write_text(
        settings(marks).replace("worktree = .", "worktree = .."), encoding="utf-8"
    )
    (course / "course.lock").touch()
    assert run("release", course, "-o", tmp_path / "release").exit_code == 0
    assert run("diff", "HEAD", course).stdout == "version: nothing changes for learners\n"
    assert list(marks.iterdir()) == []
    run_git(course, "status")
    assert (marks / "fsmonitor").exists(), "the repository of this test is harmless"


def test_what_a_repository_lacks_is_not_fetched(tmp_path: Path):
    """A repository may name a command by which git fetches objects that it does not have."""
    course = committed_course(tmp_path / "origin")
    run_git(course, "config", "uploadpack.allowFilter", "true")
    origin = course.parent.as_uri()
    run_git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", origin, "part")
    part = write_course(tmp_path / "part" / "course")
    fetch = tmp_path / "fetch"
    fetch.write_text(f"#!/bin/sh\ntouch {tmp_path}/fetched\n", encoding="utf-8")
    fetch.chmod(0o755)
    run_git(part, "config", "remote.origin.uploadpack", str(fetch))
    differ = run("diff", "HEAD", part)
    assert differ.exit_code == 1
    assert "its files were not fetched" in differ.stderr
    assert git.committed(part / "course.yaml") is None
    assert not (tmp_path / "fetched").exists()
    with pytest.raises(subprocess.CalledProcessError):
        run_git(part, "cat-file", "blob", "HEAD:course/course.yaml")
    assert (tmp_path / "fetched").exists(), "the repository of this test is harmless"


def test_a_git_in_the_current_folder_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    course = committed_course(tmp_path / "repo")
    program = course / "git"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.chdir(course)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert git.committed(Path("course.yaml")) == (course / "course.yaml").read_bytes()
    assert not (tmp_path / "started").exists()


def test_variables_of_a_hook_name_no_other_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Git sets them where a hook builds a course that is not in the hook's own repository."""
    course = committed_course(tmp_path / "repo")
    run_git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {tmp_path}/external")
    assert git.committed(course / "course.lock") == (course / "course.lock").read_bytes()


def test_no_git_and_no_repository_are_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    course = committed_course(tmp_path / "repo")
    outside = write_course(tmp_path / "outside")
    assert (git.is_repository(outside), git.committed(outside / "course.yaml")) == (False, None)
    assert "is not in a git repository" in run("diff", "v1", outside).stderr
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (git.is_repository(course), git.committed(course / "course.yaml")) == (False, None)
    assert "git is not installed" in run("diff", "HEAD", course).stderr


def test_a_file_of_the_last_commit(tmp_path: Path):
    course = committed_course(tmp_path / "repo")
    lock = course / "course.lock"
    content = lock.read_bytes()
    lock.unlink()
    assert git.committed(lock) == content
    assert git.committed(course / "nothing.lock") is None
    assert git.committed(course / "lessons") is None
    assert git.committed(tmp_path / "repo" / "course.lock") is None


def test_worktrees_and_submodules_are_repositories(tmp_path: Path):
    course = committed_course(tmp_path / "repo")
    run_git(tmp_path, "clone", "-q", "--bare", "repo", "bare.git")
    run_git(tmp_path / "bare.git", "worktree", "add", "-q", tmp_path / "tree", "main")
    run_git(tmp_path, "init", "-q", "outer")
    allowed = ("-c", "protocol.file.allow=always")
    run_git(tmp_path / "outer", *allowed, "submodule", "add", "-q", str(tmp_path / "repo"), "inner")
    for place in (tmp_path / "tree", tmp_path / "outer" / "inner"):
        copy = place / "course"
        assert git.committed(copy / "course.lock") == (course / "course.lock").read_bytes()
        assert run("diff", "HEAD", copy).stdout == "version: nothing changes for learners\n"


def test_a_lock_with_the_line_ends_of_windows_is_committed(tmp_path: Path):
    course = committed_course(tmp_path / "repo")
    lock = course / "course.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    released = run("release", course, "-o", tmp_path / "release")
    assert released.exit_code == 0, released.stderr


def test_a_lock_that_git_ignores_is_not_committed(tmp_path: Path):
    course = write_course(tmp_path / "repo" / "course")
    assert run("build", course, "-o", tmp_path / "deck.apkg").exit_code == 0
    (course / ".gitignore").write_text("course.lock\n", encoding="utf-8")
    run_git(course.parent, "init", "-q")
    run_git(course, "add", "-A")
    run_git(course, "commit", "-qm", "first")
    released = run("release", course, "-o", tmp_path / "release")
    assert released.exit_code == 1
    assert "course.lock is not committed" in released.stderr


def test_a_revision_is_what_was_committed_with_its_links(tmp_path: Path):
    course = committed_course(tmp_path / "repo")
    names = ("lessons/02 é.yaml", "lessons/02\n.yaml")
    for name in names:
        (course / name).write_text("id: x\n", encoding="utf-8")
    (course / "lessons" / "link.yaml").symlink_to("01-first.yaml")
    run_git(course, "add", "-A")
    run_git(course, "commit", "-qm", "second")
    place = tmp_path / "place"
    git.write_revision("HEAD", course, place)
    files = {path.relative_to(course) for path in course.rglob("*") if path.is_file()}
    assert {path.relative_to(place) for path in place.rglob("*") if path.is_file()} == files
    assert all((place / path).read_bytes() == (course / path).read_bytes() for path in files)
    assert (place / "lessons" / "link.yaml").readlink() == Path("01-first.yaml")


def stored(repository: Path, content: bytes, *options: str) -> str:
    """Put an object into a repository and return its name."""
    made = subprocess.run(
        ["git", "hash-object", "-w", "--stdin", *options],
        cwd=repository,
        input=content,
        capture_output=True,
        check=True,
    )
    return made.stdout.decode("ascii").strip()


def commit_tree(repository: Path, *entries: tuple[str, str, bytes]) -> None:
    """Tag a commit as `hostile` whose tree has these entries, as no honest git makes one."""
    tree = b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(stored(repository, content))
        for mode, name, content in entries
    )
    object = stored(repository, tree, "-t", "tree", "--literally")
    commit = run_git(repository, "commit-tree", object, "-m", "hostile")
    run_git(repository, "tag", "hostile", commit.decode("ascii").strip())


@pytest.mark.parametrize("name", ["../outside", "..", "/tmp/outside-of-attachdeck", "a/../../b"])
def test_no_file_of_a_revision_is_written_outside(tmp_path: Path, name: str):
    run_git(tmp_path, "init", "-q", "repo")
    repository = tmp_path / "repo"
    commit_tree(repository, ("100644", name, b"x"))
    (tmp_path / "place" / "inner").mkdir(parents=True)
    with pytest.raises((git.GitFailed, OSError)):
        git.write_revision("hostile", repository, tmp_path / "place" / "inner")
    assert {path.name for path in tmp_path.iterdir()} == {"repo", "place"}
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["inner"]
    assert not Path("/tmp/outside-of-attachdeck").exists()


def test_no_file_of_a_revision_is_written_through_a_link(tmp_path: Path):
    run_git(tmp_path, "init", "-q", "repo")
    repository = tmp_path / "repo"
    outside = tmp_path / "outside"
    outside.mkdir()
    commit_tree(
        repository,
        ("120000", "a", str(outside).encode()),
        ("100644", "a/file", b"x"),
        ("120000", "a/link", b"x"),
    )
    with pytest.raises(FileExistsError):
        git.write_revision("hostile", repository, tmp_path / "place")
    assert list(outside.iterdir()) == []


@pytest.mark.slow
def test_a_revision_that_unpacks_without_end_is_refused(tmp_path: Path):
    """Each of these trees has the one before it ten times: 10 to the tenth files."""
    run_git(tmp_path, "init", "-q", "repo")
    repository = tmp_path / "repo"
    write_course(repository)
    run_git(repository, "add", "-A")
    kind, object = "blob", run_git(repository, "hash-object", "-w", "course.yaml").decode().strip()
    for _ in range(10):
        mode = "100644" if kind == "blob" else "040000"
        lines = "".join(f"{mode} {kind} {object}\tf{number}\n" for number in range(10))
        made = subprocess.run(
            ["git", "mktree"], cwd=repository, input=lines.encode(), capture_output=True, check=True
        )
        kind, object = "tree", made.stdout.decode().strip()
    commit = run_git(repository, "commit-tree", object, "-m", "bomb").decode().strip()
    differ = run("diff", commit, repository)
    assert differ.exit_code == 1
    assert "too many files" in differ.stderr


def test_revisions_with_odd_names_are_messages(tmp_path: Path):
    course = committed_course(tmp_path / "repo")
    for name in ("-x", "HEAD:course", "HEAD^{tree}", "a b", "\udcff", "--exec=x"):
        differ = run("diff", "--", name, course)
        assert differ.exit_code == 1, name
        assert "or git revision" in differ.stderr
