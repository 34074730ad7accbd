"""What the database itself refuses: a change of stage that is not in the table."""

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
