-- The posts that had their effect, with the answer that each got: the same post once more gets the same answer.
-- `id` and `content` are hashes: of the form's id and who posted it, and of what was posted. `answer` is the address of a page.
CREATE TABLE answers (
    id TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL,
    answer TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX answers_at ON answers (at);
