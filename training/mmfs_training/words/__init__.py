"""Words for pictures: prompts, captions in many wordings, colours."""
