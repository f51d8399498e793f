import os
import pickle

import pytest
from arraylab_pypeliner.connection import Connection, HelperDied
from arraylab_pypeliner.resources import resources
from arraylab_pypeliner.storage import Storage


def test_resources_are_batchs():
    assert resources({}) == {"vcpus": 1, "memoryMiB": 4096, "market": "spot"}
    asked = {"mem": 1.5, "ncpus": 4, "disk": 200, "dedicated": True, "walltime": "12:30", "docker_image": "bwa"}
    assert resources(asked) == {
        "vcpus": 4,
        "memoryMiB": 1536,
        "market": "on-demand",
        "scratchGiB": 200,
        "timeoutSeconds": 45000,
        "image": "bwa",
    }


@pytest.mark.parametrize("ctx", [{"mem": "much"}, {"ncpus": float("nan")}, {"walltime": "soon"}, {"mem": -1}])
def test_what_is_no_resource_is_named(ctx):
    with pytest.raises(ValueError, match=list(ctx)[0]):
        resources(ctx)


def test_paths_are_the_same_for_one_file_and_differ_for_two(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage = Storage(metadata_prefix="t/files_")
    assert storage.path_of("a/b") == storage.path_of("./a//b") == storage.path_of(str(tmp_path / "a" / "b"))
    names = ["a_b", "a/b", "a:b", "/a/b", "../a/b", "s3://a/b", "s3://a/b/"]
    assert len({storage.path_of(name)[0] for name in names}) == len(names)
    # Whatever the name, the file stays below the working folder, in a job as well.
    for name in names:
        local = storage.path_of(name)[1]
        assert not os.path.isabs(local) and os.pardir not in local.split(os.sep)


def test_a_log_has_the_name_that_pypeliner_opens(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Storage(metadata_prefix="t/files_").create_store("/elsewhere/log/job.out")
    assert store.filename == store.write_filename == "/elsewhere/log/job.out"


def test_stores_can_be_pickled_without_a_connection(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage = Storage(metadata_prefix="t/files_")
    store = storage.create_store("x", is_temp=True, direct_write=False, store_dir="s", extension=".bai")
    again = pickle.loads(pickle.dumps(store))
    assert (again.filename, again.write_filename, again.path) == ("x.bai", "x.tmp.bai", "x.bai")


def test_an_answer_to_an_interrupted_call_is_passed_over():
    reader, answers = os.pipe()
    requests, writer = os.pipe()
    connection = Connection(reader, writer)
    os.write(answers, b'{"id":1,"ok":{"of":"the first"}}\n{"id":2,"o')
    os.write(answers, b'k":{"of":"the second"}}\n')
    connection._next = 1
    assert connection.call("stat") == {"of": "the second"}
    os.close(answers)
    with pytest.raises(HelperDied):
        connection.call("stat")
    os.close(requests)
