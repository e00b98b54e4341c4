"""The only room that touches git and YAML: repositories, objects, history and the one way to write a step."""
