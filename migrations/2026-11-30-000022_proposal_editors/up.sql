-- Who has changed a proposal: they do not publish it. Of one that is open today nobody knows but that whoever began it may have.
ALTER TABLE proposals ADD COLUMN editors TEXT NOT NULL DEFAULT '[]';
UPDATE proposals SET editors = '["' || (
    SELECT history.person_id FROM history WHERE history.stream = proposals.id AND history.seq = 1
) || '"]'
WHERE status IN ('draft', 'proposed')
    AND EXISTS (SELECT 1 FROM history WHERE history.stream = proposals.id AND history.seq = 1);
