-- An offer is part of what a cart costs: compiled programmes learn that it changed.
DROP TRIGGER IF EXISTS bump_version ON campaigns_offer;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON campaigns_offer
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();
DROP TRIGGER IF EXISTS bump_version ON campaigns_offer_stores;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON campaigns_offer_stores
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();
DROP TRIGGER IF EXISTS bump_version ON campaigns_marginfloor;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON campaigns_marginfloor
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();
