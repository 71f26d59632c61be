#!/usr/bin/env python3
"""Print the conversations of the package chitchat-dataset as import lines.

The first sender of a conversation is the user, the second the assistant; a
conversation's id is its session's. Usage: chitchat_to_jsonl.py > sample.jsonl
"""

import json
import sys

from chitchat_dataset import Dataset


def lines():
    """Yield one message as a dict at a time, the messages of a session in their order."""
    for session_id, conversation in Dataset().items():
        user = None
        for turn in conversation["messages"]:
            for utterance in turn:
                user = user or utterance["sender"]
                text = utterance["text"]
                is_user = utterance["sender"] == user
                yield {
                    "session_id": session_id,
                    "identity": f"user_id:{user}",
                    "role": "user" if is_user else "assistant",
                    "content": {"content": text} if is_user else {"content": text, "output": text},
                    "date_created": utterance["timestamp"],
                }


if __name__ == "__main__":
    for line in lines():
        json.dump(line, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
