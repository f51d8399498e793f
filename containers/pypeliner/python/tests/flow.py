"""A workflow as a lab writes it: two axes, a split and a merge on each, a subworkflow, objects, a job that fails once."""

import pypeliner
import pypeliner.managed as mgd
import tasks


def create_workflow(args):
    workflow = pypeliner.workflow.Workflow(default_ctx={"mem": 1, "num_retry": 2, "mem_retry_factor": 2})
    workflow.setobj(obj=mgd.TempOutputObj("factor"), value=args["factor"])
    workflow.transform(
        name="split_samples",
        func=tasks.split_lines,
        args=(mgd.InputFile(args["input"]), mgd.TempOutputFile("sample", "sample")),
    )
    workflow.transform(
        name="scale",
        axes=("sample",),
        func=tasks.scale,
        ctx={"mem": 2, "ncpus": 1},
        args=(
            mgd.TempInputFile("sample", "sample"),
            mgd.TempInputObj("factor"),
            mgd.TempOutputFile("scaled", "sample"),
            mgd.InputInstance("sample"),
            args["marks"],
        ),
    )
    workflow.subworkflow(
        name="parts",
        axes=("sample",),
        func=create_parts,
        args=(mgd.TempInputFile("scaled", "sample"), mgd.TempOutputFile("summed", "sample")),
    )
    workflow.transform(
        name="count",
        func=tasks.count_lines,
        ret=mgd.TempOutputObj("lines"),
        args=(mgd.TempInputFile("summed", "sample"),),
    )
    workflow.transform(
        name="merge_samples",
        func=tasks.merge,
        args=(mgd.TempInputFile("summed", "sample"), mgd.TempInputObj("lines"), mgd.OutputFile(args["output"])),
    )
    return workflow


def create_parts(scaled, summed):
    workflow = pypeliner.workflow.Workflow()
    workflow.transform(
        name="split_parts",
        func=tasks.split_lines,
        args=(mgd.InputFile(scaled), mgd.TempOutputFile("part", "part")),
    )
    workflow.transform(
        name="square",
        axes=("part",),
        func=tasks.square,
        args=(mgd.TempInputFile("part", "part"), mgd.TempOutputFile("squared", "part")),
    )
    workflow.transform(
        name="add", func=tasks.add, args=(mgd.TempInputFile("squared", "part"), mgd.OutputFile(summed))
    )
    return workflow
