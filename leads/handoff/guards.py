"""What the database itself refuses: a change of stage that is not in the table, and a beginning
other than the capture."""

from leads.handoff.stages import allowed_changes

# The spaces are those of the trigger that is installed: other ones would make it another one.
REFUSE_OTHER_CHANGES = """
                    IF (NEW.last_action, OLD.stage, NEW.stage) NOT IN ({pairs}) THEN
                        RAISE EXCEPTION 'lead %: % does not lead from % to %',
                            OLD.id, NEW.last_action, OLD.stage, NEW.stage
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """.format(
    pairs=", ".join(f"('{a}', '{old}', '{new}')" for a, old, new in allowed_changes())
)

# Many leads of a file are written once, as they stand after the handover that follows at once.
REFUSE_OTHER_BEGINNINGS = """
                    IF NEW.stage <> 'captured' AND NOT (
                        NEW.stage = 'submitted' AND NEW.last_action = 'submit'
                        AND NEW.submitted_at >= NEW.captured_at
                    ) THEN
                        RAISE EXCEPTION 'a lead begins as captured, not as %', NEW.stage
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """
