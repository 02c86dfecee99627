"""Book: where a firm keeps its clients, what they told and what happened; rows are added and none is changed."""
