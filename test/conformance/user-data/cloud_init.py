"""User data as cloud-init takes it apart: its own parser writes the script that it would run.

usage: cloud_init.py <user data> <folder>; prints the path of the script.
"""

import email
import sys
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from cloudinit import handlers, helpers, user_data
from cloudinit.handlers.shell_script import ShellScriptPartHandler
from cloudinit.settings import PER_INSTANCE

given, folder = sys.argv[1:]
text = open(given).read()

message = email.message_from_string(text)
assert message.get_content_type() == "multipart/mixed" and message["MIME-Version"] == "1.0", message.items()
assert not message.defects and not any(part.defects for part in message.walk()), "defects"
(part,) = message.get_payload()
assert part.get_content_type() == "text/x-shellscript" and part.get_content_charset() == "us-ascii"
plain = part.get_payload()
assert plain.startswith("#!/bin/bash\n")

# Batch adds a part of its own to the archive, and keeps ours.
whole = MIMEMultipart()
batch = MIMEText("#!/bin/bash\necho ECS_CLUSTER=batch >> /etc/ecs/ecs.config\n", "x-shellscript", "us-ascii")
whole.attach(batch)
whole.attach(part)

paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder})
paths.datasource = type("Instance", (), {"get_instance_id": lambda self: "i-1"})()
handler = ShellScriptPartHandler(paths)
scripts = []


def take(_data, filename, payload, headers):
    handler.handle_part(None, headers["Content-Type"], filename, payload, PER_INSTANCE)
    scripts.append(f"{handler.script_dir}/{filename}")


handlers.walk(user_data.UserDataProcessor(paths).process(whole.as_string()), take, None)
assert len(scripts) == 2, scripts
ours = open(scripts[1]).read()
assert ours.rstrip("\n") == plain.rstrip("\n"), "another script than ours"
print(scripts[1])
