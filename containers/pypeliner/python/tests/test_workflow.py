"""A real workflow, by real pypeliner, through the package."""

import os
import shutil
import signal

EXPECTED = "3 samples\n0: 126\n1: 693\n2: 1746\n"


def test_the_outputs_are_those_of_a_local_run(lab):
    code, told = lab.run(submit="local", storage="local")
    assert code == 0, told
    with open(lab.path("out.txt")) as file:
        assert file.read() == EXPECTED
    os.remove(lab.path("out.txt"))
    shutil.rmtree(lab.path("t"))
    shutil.rmtree(lab.marks)
    os.makedirs(lab.marks)
    code, told = lab.run()
    assert code == 0, told
    assert lab.output() == EXPECTED
    # The one that fails once was tried again, the others were not.
    assert [lab.tries("scale-{}".format(sample)) for sample in range(3)] == [1, 2, 1]


def test_a_second_run_does_nothing_though_temporary_files_are_gone(lab):
    code, told = lab.run()
    assert code == 0, told
    assert lab.calls("delete") > 0
    before = lab.calls("send")
    code, told = lab.run()
    assert code == 0, told
    assert lab.calls("send") == before
    assert lab.tries("scale-0") == 1


def test_an_input_with_other_content_under_an_older_date_is_seen(lab):
    assert lab.run()[0] == 0
    lab.write("in.txt", "1 1\n2 2\n3 3\n")
    os.utime(lab.path("in.txt"), (1, 1))
    code, told = lab.run()
    assert code == 0, told
    assert "other content under an older date" in told
    assert lab.output() == "3 samples\n0: 18\n1: 72\n2: 162\n"


def test_storage_is_asked_once_for_each_file(lab):
    assert lab.run()[0] == 0
    stats = lab.calls("stat")
    # 40 files and more are asked for, some of them dozens of times.
    assert stats < 120
    before = lab.calls("stat")
    assert lab.run()[0] == 0
    assert lab.calls("stat") - before < 60


def test_a_killed_head_is_continued_without_a_second_copy_of_what_is_under_way(lab):
    for sample in (0, 2):
        lab.write("marks/hold-scale-{}".format(sample), "")
    head = lab.start()
    lab.until(lambda: lab.tries("scale-0") == 1 and lab.tries("scale-2") == 1)
    head.kill()
    head.wait()
    for name in os.listdir(lab.marks):
        if name.startswith("hold-"):
            os.remove(os.path.join(lab.marks, name))
    locks = lab.path("t/locks")
    shutil.rmtree(locks)
    code, told = lab.run()
    assert code == 0, told
    assert lab.output() == EXPECTED
    assert lab.tries("scale-0") == 1 and lab.tries("scale-2") == 1


def test_what_a_killed_head_had_under_way_is_ended_where_its_input_has_changed(lab):
    lab.write("marks/hold-scale-0", "")
    head = lab.start()
    lab.until(lambda: lab.tries("scale-0") == 1)
    head.kill()
    head.wait()
    os.remove(lab.path("marks/hold-scale-0"))
    shutil.rmtree(lab.path("t/locks"))
    code, told = lab.run("--factor", "1")
    assert code == 0, told
    assert lab.output() == "3 samples\n0: 14\n1: 77\n2: 194\n"


def test_ctrl_c_ends_the_jobs_and_unlocks(lab):
    lab.write("marks/hold-scale-0", "")
    head = lab.start()
    lab.until(lambda: lab.tries("scale-0") == 1)
    head.send_signal(signal.SIGINT)
    head.communicate(timeout=60)
    assert os.listdir(os.path.join(lab.lab, "jobs")) == []
    os.remove(lab.path("marks/hold-scale-0"))
    code, told = lab.run()
    assert code == 0, told
    assert lab.output() == EXPECTED


def test_a_helper_that_dies_is_told_and_ends_the_run(lab):
    code, told = lab.run(FAKE_DIES_AT="receive")
    assert code == 1
    assert "lab queue serve has ended" in told and "told to die at receive" in told
    code, told = lab.run()
    assert code == 0, told
    assert lab.output() == EXPECTED


def test_a_helper_that_cannot_be_started_is_told(lab):
    code, told = lab.run(ARRAYLAB_QUEUE_COMMAND="/nowhere/lab queue serve")
    assert code == 1
    assert "/nowhere/lab cannot be started" in told


def test_without_a_lab_the_variable_to_set_is_named(lab):
    code, told = lab.run(ARRAYLAB_QUEUE_COMMAND="")
    assert code == 1
    assert "set ARRAYLAB_HOME=FOLDER" in told
