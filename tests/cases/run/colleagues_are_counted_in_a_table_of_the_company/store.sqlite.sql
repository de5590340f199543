CREATE TABLE hr_staff (emp_id INTEGER PRIMARY KEY, emp_name TEXT, boss_id INTEGER, is_active INTEGER, post TEXT, area TEXT, mail TEXT);
INSERT INTO hr_staff VALUES (1, '王一', 8, 1, '老客运营', NULL, NULL), (2, '李二', 8, 1, '老客运营', NULL, NULL),
  (3, '走三', 8, 0, '老客运营', NULL, NULL), (8, '主管八', NULL, 1, NULL, NULL, NULL), (9, '总管九', NULL, 1, NULL, NULL, NULL);
