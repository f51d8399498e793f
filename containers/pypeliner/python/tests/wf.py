"""Runs the workflow of flow.py by pypeliner's own command line."""

import argparse
import os

import flow
import pypeliner
import tasks

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    pypeliner.app.add_arguments(parser)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--factor", type=int, default=3)
    parser.add_argument("--marks", default="")
    args = vars(parser.parse_args())
    if args["marks"]:
        args["marks"] = os.path.abspath(args["marks"])
    pypeliner.app.Pypeline(modules=(flow, tasks), config=args).run(flow.create_workflow(args))
